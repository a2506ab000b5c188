"""Parameters that many exhibits share, declared once."""

from __future__ import annotations

from dataclasses import replace

from models.parameters import Float, Integer, Parameter, Toggle

GRID = (
    Integer(name="Nx", default=256, low=16, high=1024, step=2, scale="log", rebuild=True,
            label="Points across", group="Grid",
            help="More points show finer detail of a larger pool, and take longer to compute."),
    Integer(name="Ny", default=256, low=16, high=1024, step=2, scale="log", rebuild=True,
            label="Points up", group="Grid",
            help="More points show finer detail of a larger pool, and take longer to compute."),
)  # fmt: skip

FLUID = (
    Float(name="cooling", default=0.01, low=1e-10, high=1.0, scale="log", step=0.01,
          label="Cooling", group="Fluid",
          help="How fast the fluid gives away its energy: low keeps every ripple, high calms it."),
    Float(name="healing_length", default=1.0, low=0.5, high=10.0, step=0.1, unit="dx",
          rebuild=True, label="Vortex size", group="Fluid",
          help="How close to a wall or to a vortex's eye the fluid is whole again."),
)  # fmt: skip

FINGER = (
    Float(name="finger_V0_mu", default=2.0, low=-5.0, high=10.0, step=0.1, unit="mu",
          label="Finger strength", group="Finger",
          help="How hard a finger pushes the fluid away. Below zero it pulls."),
    Float(name="finger_r0", default=5.0, low=0.5, high=20.0, step=0.5, unit="dx",
          label="Finger width", group="Finger",
          help="How wide a finger is."),
    Float(name="finger_k_m", default=10.0, low=0.0, high=100.0, step=0.1,
          label="Spring", group="Expert",
          help="Stiffness of the spring between pointer and potential, for a unit of mass."),
    Float(name="finger_damp", default=4.0, low=0.0, high=100.0, step=0.1,
          label="Spring damping", group="Expert",
          help="Friction of the potential on its spring: high values stop it from swinging."),
)  # fmt: skip

WINDING = Integer(
    name="winding",
    default=7,
    low=-50,
    high=50,
    rebuild=True,
    label="Turns at the start",
    help="How many vortices the fluid starts with; below zero they turn clockwise.",
)

CYLINDER = Toggle(
    name="cylinder",
    default=True,
    rebuild=True,
    label="Round wall",
    help="A round pool, or an endless one: what leaves at the right enters at the left.",
)

FLOW = Float(
    name="v_v_c",
    default=0.0,
    low=-2.0,
    high=2.0,
    unit="c",
    label="Flow",
    help="How fast the whole fluid streams past, to the right: 1 is the speed of sound.",
)

EXPERT = (
    Float(name="dt_t_scale", default=1.0, low=0.01, high=2.0, step=0.01, scale="log",
          label="Time step", group="Expert", unit="hbar/max(K)",
          help="How much time passes with each step: above 1 the sums become inexact."),
    Integer(name="cooling_steps", default=100, low=0, high=500, rebuild=True,
            label="Steps of preparation", group="Expert",
            help="Steps in imaginary time that smooth the first state before the clock starts."),
    Toggle(name="random_phase", default=False, rebuild=True,
           label="Random start", group="Expert",
           help="Start from a random phase at each point, which cools into a tangle."),
    Toggle(name="as_published", default=False,
           label="As published", group="Expert",
           help="As the first model did it: cooled towards rest in the room, whatever turns or "
           "flows, and the shortest waves kept."),
    Integer(name="seed", default=1, low=0, high=2**31 - 1, rebuild=True,
            label="Seed", group="Expert",
            help="The same seed gives the same random numbers; 0 gives others at each start."),
    Float(name="dx", default=1.0, low=0.02, high=10.0, step=0.01, rebuild=True,
          label="Distance of points", group="Expert",
          help="Length between two points of the grid."),
    Float(name="g", default=1.0, low=1e-3, high=100.0, scale="log", rebuild=True,
          label="Interaction", group="Expert",
          help="How strongly the atoms repel each other. What is shown has units that follow."),
    Float(name="m", default=1.0, low=0.1, high=10.0, scale="log", rebuild=True,
          label="Mass", group="Expert",
          help="The mass of an atom. What is shown has units that follow."),
    Float(name="hbar", default=1.0, low=0.1, high=10.0, scale="log", rebuild=True,
          label="Planck's constant", group="Expert",
          help="How quantum the fluid is. What is shown has units that follow."),
)  # fmt: skip


def with_defaults(
    declared: tuple[Parameter, ...], **defaults: float | bool | str
) -> tuple[Parameter, ...]:
    """The same declarations with other defaults for some. Raises KeyError for unknown names."""
    unknown = set(defaults) - {parameter.name for parameter in declared}
    if unknown:
        raise KeyError(f"no such parameters: {', '.join(sorted(unknown))}")
    return tuple(
        replace(parameter, default=defaults.get(parameter.name, parameter.default))
        for parameter in declared
    )
