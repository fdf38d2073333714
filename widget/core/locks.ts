/**
 * Claims an upload for this tab.
 *
 * @returns a function that lets go of it, or undefined where another tab is at it. Where there are
 *   no Web Locks (plain http), everything is granted.
 */
export async function claim(name: string): Promise<(() => void) | undefined> {
  const { locks } = navigator;
  if (!locks) return () => undefined;
  return new Promise((resolve, reject) => {
    locks
      .request(`s3-upload:${name}`, { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(undefined);
        return new Promise<void>((release) => resolve(release));
      })
      .catch(reject);
  });
}
