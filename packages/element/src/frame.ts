/** A hidden page draws no frames; what waits for one goes on after so many milliseconds. */
const WITHOUT_FRAMES_MS = 100;

/** Resolves with the page's next frame, or a little later where it draws none. */
export function frame(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, WITHOUT_FRAMES_MS);
    const request = requestAnimationFrame(done);
    function done(): void {
      clearTimeout(timer);
      cancelAnimationFrame(request);
      resolve();
    }
  });
}
