/** There are no frames in a hidden tab; there, this is the longest delay. */
const HIDDEN_FRAME_MS = 250;

/** Returns a function that calls `run` once with the next frame, however often it is called before. */
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
      // What `run` itself has changed, it has seen.
      isDue = false;
    };
    const timer = setTimeout(frame, HIDDEN_FRAME_MS);
    globalThis.requestAnimationFrame?.(frame);
  };
}
