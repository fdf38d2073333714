/** Bodies that nobody wants any more. */

const MAX_DRAINED_BYTES = 1024 * 1024;

/** Reads a little of what is left: whoever is still sending might else not see the answer. */
export async function drain(
  reader: Pick<ReadableStreamDefaultReader<Uint8Array>, 'read'> | undefined,
): Promise<void> {
  try {
    for (let left = MAX_DRAINED_BYTES; left > 0;) {
      const { value } = (await reader?.read()) ?? {};
      if (!value) return;
      left -= value.length;
    }
  } catch {
    // Broken off: nobody waits for an answer.
  }
}
