// @ts-check
/** How much of the page a phone's keyboard covers: what is written in rises above it. */

export function followKeyboard() {
  const seen = window.visualViewport;
  if (!seen) return;
  const show = () => {
    const covered = seen.scale > 1.01 ? 0 : innerHeight - seen.height - seen.offsetTop;
    document.documentElement.style.setProperty("--keyboard", `${Math.max(0, Math.round(covered))}px`);
  };
  seen.addEventListener("resize", show);
  seen.addEventListener("scroll", show);
}
