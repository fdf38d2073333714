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
  readonly #towards = new Delay();
  readonly #back = new Delay();
  /** When the line towards us will have carried everything that was read so far. */
  #freeAt: number;

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
    this.#towards.until(this.#freeAt + rttMs / 2, () => this.#receive(chunk));
    const behindMs = this.#freeAt - now;
    if (behindMs > AHEAD_MS) {
      this.#socket.pause();
      setTimeout(() => this.#socket.resume(), behindMs - AHEAD_MS);
    }
  }

  write(data: string | Buffer): void {
    const send = (): void => {
      if (this.#socket.writable) this.#socket.write(data);
    };
    if (this.#speed.rttMs === 0) return send();
    this.#back.until(performance.now() + this.#speed.rttMs / 2, send);
  }
}

/** First in, first out: Node's timers of different lengths may pass one another by a millisecond. */
class Delay {
  readonly #waiting: { readonly dueAt: number; readonly act: () => void }[] = [];

  until(dueAt: number, act: () => void): void {
    this.#waiting.push({ dueAt, act });
    if (this.#waiting.length === 1) this.#wakeAt(dueAt);
  }

  #wakeAt(dueAt: number): void {
    const wake = (): void => {
      const now = performance.now();
      let [first] = this.#waiting;
      while (first && first.dueAt <= now) {
        first.act();
        this.#waiting.shift();
        [first] = this.#waiting;
      }
      if (first) this.#wakeAt(first.dueAt);
    };
    setTimeout(wake, Math.max(0, dueAt - performance.now()));
  }
}
