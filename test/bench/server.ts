/**
 * The sinks and signers of a benchmark, in a process of their own: what the measuring side does
 * must not slow them. Started with `fork`; says its addresses once, and ends with its parent.
 */
import process from 'node:process';
import { LOOPBACK, type LineSpeed } from './line.ts';
import { startSigner } from './signer.ts';
import { startSink } from './sink.ts';

/** One line with its hosts. `signer` has the endpoints plain, checked, lanes and forms. */
export interface Ends {
  readonly lanes: readonly string[];
  readonly signer: string;
}

export interface Addresses {
  readonly loopback: Ends;
  readonly far: Ends;
}

/** The line of the issue: 80 ms of round trip, 5 MB/s for each connection. */
const FAR: LineSpeed = { rttMs: 80, bytesPerSecond: 5_000_000 };

async function ends(speed: LineSpeed): Promise<Ends> {
  const sinks = [await startSink(speed), await startSink(speed)];
  const lanes = sinks.map(({ url }) => url);
  const one = lanes.slice(0, 1);
  const signer = await startSigner(speed, {
    plain: { checksum: null, lanes: one, postPolicy: false },
    checked: { checksum: 'crc64nvme', lanes: one, postPolicy: false },
    lanes: { checksum: 'crc64nvme', lanes, postPolicy: false },
    forms: { checksum: 'crc64nvme', lanes: one, postPolicy: true },
  });
  return { lanes, signer: signer.url };
}

const addresses: Addresses = { loopback: await ends(LOOPBACK), far: await ends(FAR) };
process.on('disconnect', () => process.exit());
process.send?.(addresses);
