import { resumeUpload } from '../../api/upload-calls.ts';
import { UploadError } from '../../errors.ts';
import type { Flight } from '../../upload/parts.ts';
import type { PartsRound } from '../context.ts';
import { noteFault, waitFor } from './slot.ts';

/**
 * Asks the Worker whether the part is stored. All parts of the round share one call.
 *
 * @throws UploadError if the upload was completed elsewhere, so that no part has to be sent any more.
 */
import { extendUpload } from '../begin/register.ts';

export async function askWhatIsStored(
  round: PartsRound,
  flight: Flight,
  number: number,
): Promise<void> {
  const { upload, parts, context, signal } = round;
  noteFault(round, flight);
  waitFor(round, flight, flight.waitingFor);
  round.asking ??= resumeUpload(context.services.worker, upload, signal).finally(
    () => (round.asking = undefined),
  );
  const { parts: stored, result, ...renewal } = await round.asking;
  if (result) throw new UploadError('incomplete', 'The upload was completed elsewhere.');
  extendUpload(upload, renewal, context);
  parts.find(stored.filter((part) => part.number === number));
}
