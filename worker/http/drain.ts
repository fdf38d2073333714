/** Discards the rest of request bodies. */

const MAX_DRAINED_BYTES = 1024 * 1024;

/**
 * Reads some of the remaining body. Otherwise a client that is still sending might not see the
 * answer.
 */
export async function drain(
  reader: { read(): Promise<{ readonly value?: Uint8Array | undefined }> } | undefined,
): Promise<void> {
  try {
    for (let left = MAX_DRAINED_BYTES; left > 0;) {
      const { value } = (await reader?.read()) ?? {};
      if (!value) return;
      left -= value.length;
    }
  } catch {
    // The client has broken off and does not wait for an answer.
  }
}
