export type Line = (task: () => Promise<void>) => Promise<void>;

/** Returns a function that runs at most so many tasks at once; the others wait in line. */
export function atMost(most: number): Line {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running < most) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      await task();
    } finally {
      // Its place goes to the next one.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
