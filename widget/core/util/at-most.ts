export type Line = (task: () => Promise<void>) => Promise<void>;

/** Returns a function that runs at most `most` tasks at once, and makes the others wait in line. */
export function atMost(most: number): Line {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running < most) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      await task();
    } finally {
      // Hands its place to the next task in line.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
