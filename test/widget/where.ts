/**
 * `it` where the browser has what the test is about; elsewhere the test is skipped, and its title
 * says why.
 */
export function where(has: unknown, lack: string): (title: string, test: Mocha.AsyncFunc) => void {
  return (title, test) => {
    if (has) it(title, test);
    else it.skip(`${title} (${lack})`);
  };
}
