/** Streams that say how long they are. */

/** workerd's; elsewhere the `content-length` header says the length, and `counted` keeps to it. */
declare const FixedLengthStream: (new (bytes: number) => TransformStream) | undefined;

/**
 * Pipes `stream` into `send` without touching it: workerd does it outside of JavaScript, and so of
 * the CPU time that a request has. S3 refuses a stream of unknown length (411):
 * https://developers.cloudflare.com/workers/runtime-apis/streams/transformstream/#fixedlengthstream
 *
 * @throws what `send` does, which it will where there are not exactly `bytes` bytes.
 */
export async function pipeWithLength<T>(
  bytes: number,
  stream: ReadableStream,
  send: (body: ReadableStream) => Promise<T>,
): Promise<T> {
  const { readable, writable } = fixedLength(bytes);
  const piped = stream.pipeTo(writable).catch(() => undefined);
  const answer = await send(readable);
  await piped;
  return answer;
}

/**
 * Streams `chunks` into `send` without keeping them.
 *
 * @throws what `chunks` throws, else what `send` does, which it will where there are not exactly
 *   `bytes` bytes.
 */
export async function withLength<T>(
  bytes: number,
  chunks: AsyncIterable<Uint8Array>,
  send: (body: ReadableStream) => Promise<T>,
): Promise<T> {
  const { readable, writable } = fixedLength(bytes);
  const source: { error?: unknown } = {};
  const pumped = pump(watched(chunks, source), writable.getWriter());
  try {
    const answer = await send(readable);
    await pumped;
    return answer;
  } catch (error) {
    // Where the source broke, what the store said of it is of no interest.
    throw source.error ?? error;
  }
}

function fixedLength(bytes: number): TransformStream {
  return typeof FixedLengthStream === 'undefined' ? counted(bytes) : new FixedLengthStream(bytes);
}

/** Node's `fetch` waits for ever where a stream has more than its header says. */
function counted(bytes: number): TransformStream<Uint8Array, Uint8Array> {
  let left = bytes;
  return new TransformStream({
    transform(chunk, controller) {
      left -= chunk.byteLength;
      if (left < 0) throw new RangeError(`More than ${bytes} bytes were sent.`);
      controller.enqueue(chunk);
    },
    flush() {
      if (left > 0) throw new RangeError(`${left} of ${bytes} bytes are missing.`);
    },
  });
}

/** Never throws: what breaks here breaks the sending, too. */
async function pump(
  chunks: AsyncIterable<Uint8Array>,
  writer: WritableStreamDefaultWriter<Uint8Array>,
): Promise<void> {
  try {
    for await (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
  }
}

async function* watched(
  chunks: AsyncIterable<Uint8Array>,
  source: { error?: unknown },
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    source.error = error;
    throw error;
  }
}
