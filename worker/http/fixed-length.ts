/** Streams of a known length. */

/**
 * workerd's own class. On other runtimes, the `content-length` header announces the length and
 * `counted` enforces it.
 */
declare const FixedLengthStream: (new (bytes: number) => TransformStream) | undefined;

/**
 * Pipes `stream` into `send` unchanged. workerd does this outside of JavaScript, so it takes no CPU
 * time of the request. S3 refuses a stream of unknown length (411):
 * https://developers.cloudflare.com/workers/runtime-apis/streams/transformstream/#fixedlengthstream
 *
 * @throws what `send` throws, which it does unless there are exactly `bytes` bytes.
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
 * Streams `chunks` into `send` without buffering them.
 *
 * @throws what `chunks` throws, otherwise what `send` throws, which it does unless there are
 *   exactly `bytes` bytes.
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
    // If the source broke off, its error matters and the store's answer does not.
    throw source.error ?? error;
  }
}

function fixedLength(bytes: number): TransformStream {
  return typeof FixedLengthStream === 'undefined' ? counted(bytes) : new FixedLengthStream(bytes);
}

/** Node's `fetch` never settles if a stream is longer than its header announces. */
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

/** Never throws: an error here also breaks the sending. */
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
