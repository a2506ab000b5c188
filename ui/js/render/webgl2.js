// @ts-check
/** The fluid by a graphics chip: grey levels to colours, smoothly enlarged, tracers as points. */
import { LEVELS, paletteBytes } from "./palette.js";
import { FLUID_FRAGMENT, FLUID_VERTEX, TRACER_FRAGMENT, TRACER_VERTEX } from "./shaders.js";

const MAX_PIXELS = 2160;
const LEVELS_UNIT = 0;
const PALETTE_UNIT = 1;
const TRACERS_ACROSS = 190;
const MIN_TRACER_PIXELS = 3;

/** @param {() => void} onLost @returns {import("./choose.js").Renderer | null} null: no WebGL2 */
export function createWebgl2(onLost) {
  const canvas = document.createElement("canvas");
  const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false });
  if (!gl) return null;
  canvas.addEventListener("webglcontextlost", onLost, { once: true });

  const fluid = program(gl, FLUID_VERTEX, FLUID_FRAGMENT);
  const tracers = program(gl, TRACER_VERTEX, TRACER_FRAGMENT);
  const cyclic = gl.getUniformLocation(fluid, "cyclic");
  const diameter = gl.getUniformLocation(tracers, "diameter");
  gl.useProgram(fluid);
  gl.uniform1i(gl.getUniformLocation(fluid, "levels"), LEVELS_UNIT);
  gl.uniform1i(gl.getUniformLocation(fluid, "palette"), PALETTE_UNIT);
  texture(gl, PALETTE_UNIT);
  texture(gl, LEVELS_UNIT);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.enableVertexAttribArray(0);
  gl.vertexAttribPointer(0, 2, gl.UNSIGNED_SHORT, true, 0, 0);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  let paletteOf = "";

  /** @param {import("./choose.js").Look} look */
  const usePalette = (look) => {
    const wanted = `${look.palette} ${look.kind}`;
    if (wanted === paletteOf) return;
    paletteOf = wanted;
    const bytes = new Uint8Array(paletteBytes(look.palette, look.kind).buffer);
    gl.activeTexture(gl.TEXTURE0 + PALETTE_UNIT);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, LEVELS, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    gl.activeTexture(gl.TEXTURE0 + LEVELS_UNIT);
  };

  return {
    name: "webgl2",
    canvas,
    drawsTracers: true,
    maxPixels: MAX_PIXELS,
    draw({ frame, bitmap }, look) {
      usePalette(look);
      if (bitmap) {
        gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, gl.RED, gl.UNSIGNED_BYTE, bitmap);
      } else {
        const { nx, ny, picture } = frame;
        gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, nx, ny, 0, gl.RED, gl.UNSIGNED_BYTE, picture);
      }
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.disable(gl.BLEND);
      gl.useProgram(fluid);
      gl.uniform1i(cyclic, look.kind === "cyclic" ? 1 : 0);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
      if (frame.tracers.length) {
        gl.enable(gl.BLEND);
        gl.useProgram(tracers);
        gl.uniform1f(diameter, Math.max(MIN_TRACER_PIXELS, canvas.height / TRACERS_ACROSS));
        gl.bufferData(gl.ARRAY_BUFFER, frame.tracers, gl.STREAM_DRAW);
        gl.drawArrays(gl.POINTS, 0, frame.tracers.length / 2);
      }
    },
    resize(width, height) {
      canvas.width = width;
      canvas.height = height;
    },
  };
}

/** @param {WebGL2RenderingContext} gl @param {number} unit */
function texture(gl, unit) {
  gl.activeTexture(gl.TEXTURE0 + unit);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
    gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
  }
  for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
    gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR);
  }
}

/** @param {WebGL2RenderingContext} gl @param {string} vertex @param {string} fragment */
function program(gl, vertex, fragment) {
  const made = gl.createProgram();
  for (const [kind, source] of /** @type {[number, string][]} */ ([
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ])) {
    const shader = gl.createShader(kind);
    if (!shader) continue; // the context is lost: nothing will be drawn, and onLost tells
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  if (!gl.getProgramParameter(made, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`WebGL2: ${gl.getProgramInfoLog(made)}`);
  }
  return made;
}
