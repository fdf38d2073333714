/** What the tests start beside other things: a browser, a product, a server, a process. */
interface Ending {
  readonly close?: () => unknown;
  readonly stop?: () => unknown;
  readonly end?: () => unknown;
}

/**
 * Waits for what is being started side by side. If one of it fails, the others are ended as soon as they
 * have started: they would keep the process of the tests alive, and a hook could not see them.
 *
 * @throws what the first to fail has thrown.
 */
export async function startTogether<Started extends readonly unknown[]>(
  ...starting: { readonly [Index in keyof Started]: Promise<Started[Index]> }
): Promise<Started> {
  try {
    return (await Promise.all(starting)) as unknown as Started;
  } catch (error) {
    await Promise.allSettled(starting.map(async (one) => ended((await one) as Ending | undefined)));
    throw error;
  }
}

async function ended(started: Ending | undefined): Promise<void> {
  await (started?.close?.() ?? started?.stop?.() ?? started?.end?.());
}
