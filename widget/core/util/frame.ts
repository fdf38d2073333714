/** The longest delay in a hidden tab, which draws no frames. */
const HIDDEN_FRAME_MS = 250;

/**
 * Returns a function that calls `run` once in the next frame, however often it was called until then. A
 * call by `run` itself counts for the frame after that.
 */
export function oncePerFrame(run: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    const frame = () => {
      clearTimeout(timer);
      if (!isDue) return;
      isDue = false;
      run();
    };
    const timer = setTimeout(frame, HIDDEN_FRAME_MS);
    globalThis.requestAnimationFrame?.(frame);
  };
}
