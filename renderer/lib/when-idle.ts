/** Runs `work` when the window has nothing better to do; gives the function that calls it off. */
export function whenIdle(work: () => void): () => void {
  const handle = requestIdleCallback(work, { timeout: 500 });
  return () => {
    cancelIdleCallback(handle);
  };
}
