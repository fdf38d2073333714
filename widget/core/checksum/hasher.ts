/** One run over the bytes of one part. */
export interface Hasher {
  /** Takes the next bytes, any number of them. */
  update(bytes: Uint8Array): void;
  /** The value in network byte order, as S3's headers have it; the hasher is then used up. */
  digest(): ArrayBuffer;
}

/** Starts a run; the tables behind it are made once and shared. */
export type Algorithm = () => Hasher;
