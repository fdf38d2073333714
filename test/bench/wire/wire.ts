/**
 * A line with real TCP on it: two network namespaces of the kernel, joined by `wire.py`. The browser
 * runs in the near one and the servers in the far one, so the machine's own network is never shaped.
 */
import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export interface WireSpeed {
  readonly rttMs: number;
  /** Of all connections together, from the browser to the servers. */
  readonly bytesPerSecond: number;
  /** Bytes that wait before the bottleneck; what comes on top is lost. */
  readonly queueBytes: number;
  /** Share of the packets that are lost on the way to the servers. */
  readonly loss: number;
}

export interface Wire {
  /** Addresses of the far side. */
  readonly addresses: readonly string[];
  /** The command that, with `near` as its first arguments, runs the others on the near side. */
  readonly command: string;
  readonly near: readonly string[];
  /** Starts a module with a channel for messages. */
  fork(side: 'near' | 'far', module: URL): ChildProcess;
  /** Bytes that have left for the far side since the last call, with all headers. */
  takeBytes(): Promise<number>;
  stop(): void;
}

const SCRIPT = fileURLToPath(new URL('./wire.py', import.meta.url));
const NETWORK = '10.99.0.0/24';
const [NEAR_ADDRESS, ...FAR_ADDRESSES] = ['10.99.0.1', '10.99.0.2', '10.99.0.3'] as const;
/** What clients use; a machine's own default may be another that hardly reacts to loss. */
const CONGESTION_CONTROL = 'cubic';

/** Why wires cannot be had on this machine; undefined if they can. */
export function whyNoWire(): string | undefined {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (process.getuid?.() !== 0) return 'it needs root';
  if (!existsSync('/dev/net/tun')) return 'it needs TUN devices';
  for (const command of ['ip', 'python3']) {
    try {
      execFileSync('which', [command]);
    } catch {
      return `it needs ${command}`;
    }
  }
  return undefined;
}

/** @throws Error if the machine does not allow it. */
export async function startWire(speed: WireSpeed): Promise<Wire> {
  const near = `bench-n${process.pid}`;
  const far = `bench-f${process.pid}`;
  const line = {
    near: `tn${process.pid}`,
    far: `tf${process.pid}`,
    delayMs: speed.rttMs / 2,
    bytesPerSecond: speed.bytesPerSecond,
    queueBytes: speed.queueBytes,
    loss: speed.loss,
    seed: 1,
  };
  const carrier = spawn('python3', [SCRIPT, JSON.stringify(line)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const namespaces: string[] = [];
  const stop = (): void => {
    carrier.stdin.end();
    for (const namespace of namespaces) ip('netns', 'delete', namespace);
  };
  await once(carrier.stdout, 'data');
  for (const [namespace, device, addresses] of [
    [near, line.near, [NEAR_ADDRESS]],
    [far, line.far, FAR_ADDRESSES],
  ] as const) {
    ip('netns', 'add', namespace);
    namespaces.push(namespace);
    ip('link', 'set', device, 'netns', namespace);
    for (const address of addresses) {
      ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', device);
    }
    for (const name of ['lo', device]) ip('-n', namespace, 'link', 'set', name, 'up');
    const route = `route change ${NETWORK} dev ${device} congctl ${CONGESTION_CONTROL}`;
    ip('-n', namespace, ...route.split(' '));
  }
  return {
    addresses: FAR_ADDRESSES,
    command: execFileSync('which', ['ip'], { encoding: 'utf8' }).trim(),
    near: ['netns', 'exec', near],
    fork: (side, module) =>
      fork(module, {
        stdio: 'inherit',
        serialization: 'advanced',
        execPath: 'ip',
        execArgv: ['netns', 'exec', side === 'near' ? near : far, process.execPath],
      }),
    async takeBytes() {
      carrier.stdin.write('\n');
      const [bytes] = (await once(carrier.stdout, 'data')) as [Buffer];
      return Number(bytes.toString());
    },
    stop,
  };
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
