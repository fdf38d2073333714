/**
 * The far end of a line with a round trip and a rate, on a loopback socket: what comes in arrives
 * half a round trip late and no faster than the rate, what goes out leaves half a round trip late,
 * and the connection itself costs one round trip, as TCP's handshake does. No loss, no slow start.
 */
import type { Socket } from 'node:net';

export interface LineSpeed {
  readonly rttMs: number;
  /** Towards us, each connection for itself; Infinity for none. */
  readonly bytesPerSecond: number;
}

export const LOOPBACK: LineSpeed = { rttMs: 0, bytesPerSecond: Infinity };

/** Bytes that may be on the way before the socket is read no further, as time on the line. */
const AHEAD_MS = 25;

export class Line {
  readonly #socket: Socket;
  readonly #speed: LineSpeed;
  readonly #receive: (chunk: Buffer) => void;
  /** When the line towards us will have carried everything that was read so far. */
  #freeAt: number;
  #lastWriteAt = 0;

  constructor(socket: Socket, speed: LineSpeed, receive: (chunk: Buffer) => void) {
    this.#socket = socket;
    this.#speed = speed;
    this.#receive = receive;
    this.#freeAt = performance.now() + speed.rttMs;
    socket.on('data', (chunk: Buffer) => this.#come(chunk));
  }

  #come(chunk: Buffer): void {
    const { rttMs, bytesPerSecond } = this.#speed;
    if (rttMs === 0 && bytesPerSecond === Infinity) return this.#receive(chunk);
    const now = performance.now();
    this.#freeAt = Math.max(now, this.#freeAt) + (chunk.length / bytesPerSecond) * 1000;
    const behindMs = this.#freeAt - now;
    setTimeout(() => this.#receive(chunk), behindMs + rttMs / 2);
    if (behindMs > AHEAD_MS) {
      this.#socket.pause();
      setTimeout(() => this.#socket.resume(), behindMs - AHEAD_MS);
    }
  }

  write(data: string): void {
    if (this.#speed.rttMs === 0) {
      if (this.#socket.writable) this.#socket.write(data);
      return;
    }
    const at = Math.max(performance.now() + this.#speed.rttMs / 2, this.#lastWriteAt);
    this.#lastWriteAt = at;
    setTimeout(() => {
      if (this.#socket.writable) this.#socket.write(data);
    }, at - performance.now());
  }
}
