import { stallMs } from '../store/stall.ts';
import type { UploaderOptions } from '../types.ts';
import { can, type UploadEvent } from '../upload/state.ts';
import type { Upload } from '../upload/upload.ts';
import type { Hang } from '../util/until-read.ts';

/** What of the services a read needs. */
export interface ReadServices {
  readonly options: UploaderOptions;
  readonly isClosed: boolean;
  apply(upload: Upload, event: UploadEvent): void;
  reviewWaiting(upload: Upload): void;
  requestTurn(): void;
}

/** Share of the time that a request may stand still. */
const HANG_SHARE = 1 / 6;
/** A disk that is slower hangs. */
const LEAST_BYTES_PER_MS = 2000;

/**
 * Reads some bytes of an upload's file. A read may hang: on a network drive, on a disk that was
 * unplugged, or where a cloud has to bring the bytes first. Then the upload waits for its file, and
 * others take its place.
 */
export async function watchRead<T>(
  upload: Upload,
  bytes: number,
  services: ReadServices,
  read: (hang: Hang) => Promise<T>,
): Promise<T> {
  let isHung = false;
  const note = (type: 'hang' | 'revive') => {
    isHung = type === 'hang';
    services.apply(upload, { type });
    services.reviewWaiting(upload);
    services.requestTurn();
  };
  try {
    return await read({
      afterMs: stallMs(services.options) * HANG_SHARE + bytes / LEAST_BYTES_PER_MS,
      get isHung() {
        return upload.state.hungReads > 0;
      },
      onHang() {
        if (!isHung) note('hang');
        return !services.isClosed && can(upload.state, 'cancel');
      },
    });
  } finally {
    if (isHung) note('revive');
  }
}
