/** A hash that can be put down after any invocation and taken up by another. */
import type { WholeAlgorithm } from '../../protocol.ts';
import { base64ToBytes, bytesToBase64 } from '../../protocol/util/encoding.ts';
import {
  createCrc,
  createMd5,
  createSha1,
  createSha256,
  POLYNOMIALS,
  type Algorithm,
} from '../../protocol/hashing/index.ts';

/** Where a hash was put down. */
export interface SavedHash {
  /** A multiple of 64. */
  readonly verifiedBytes: number;
  /** Base64 of the algorithm's state. */
  readonly state: string;
}

export interface RunningHash {
  /** Bytes taken so far. */
  readonly bytes: number;
  take(chunk: Uint8Array): void;
  /** Leaves out the last bytes, fewer than 64: they have to be read again. */
  save(): SavedHash;
  /** Base64 of the value in network byte order. Ends the hash. */
  value(): string;
}

const BLOCK_BYTES = 64;
/** See `Algorithm.update`. */
const CALL_BYTES = 4096;

/** Takes up a saved hash, or begins one. */
export function runHash(name: WholeAlgorithm, saved?: SavedHash): RunningHash {
  const algorithm = algorithmOf(name);
  const state = saved ? new Int32Array(base64ToBytes(saved.state).buffer) : algorithm.start();
  const rest = new Uint8Array(BLOCK_BYTES);
  const restView = new DataView(rest.buffer);
  let restBytes = 0;
  let bytes = saved?.verifiedBytes ?? 0;

  return {
    get bytes() {
      return bytes;
    },
    take(chunk) {
      bytes += chunk.length;
      let from = 0;
      if (restBytes > 0) {
        from = Math.min(BLOCK_BYTES - restBytes, chunk.length);
        rest.set(chunk.subarray(0, from), restBytes);
        restBytes += from;
        if (restBytes < BLOCK_BYTES) return;
        algorithm.update(state, restView, 0, BLOCK_BYTES);
      }
      const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
      const end = from + Math.floor((chunk.length - from) / BLOCK_BYTES) * BLOCK_BYTES;
      for (; from < end; from += CALL_BYTES) {
        algorithm.update(state, view, from, Math.min(from + CALL_BYTES, end));
      }
      rest.set(chunk.subarray(end));
      restBytes = chunk.length - end;
    },
    save: () => ({ verifiedBytes: bytes - restBytes, state: bytesToBase64(bytesOf(state)) }),
    value: () => bytesToBase64(algorithm.finish(state, rest.subarray(0, restBytes), bytes)),
  };
}

const made = new Map<WholeAlgorithm, Algorithm>();

/** Made when first asked for, because tables take time. */
function algorithmOf(name: WholeAlgorithm): Algorithm {
  const algorithm = made.get(name) ?? create(name);
  made.set(name, algorithm);
  return algorithm;
}

function create(name: WholeAlgorithm): Algorithm {
  switch (name) {
    case 'md5':
      return createMd5();
    case 'sha1':
      return createSha1();
    case 'sha256':
      return createSha256();
    case 'crc32':
    case 'crc32c':
    case 'crc64nvme':
      return createCrc(...(POLYNOMIALS[name] ?? [0, 0]));
  }
}

function bytesOf(state: Int32Array<ArrayBuffer>): Uint8Array {
  return new Uint8Array(state.buffer, state.byteOffset, state.byteLength);
}
