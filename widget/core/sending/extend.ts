import type { Renewal } from '../../../worker/protocol.ts';
import { can } from '../upload/state.ts';
import type { Upload } from '../upload/upload.ts';
import type { SendingContext } from './context.ts';

/** Takes over the new token that the Worker has given an upload that moves, in the journal too. */
export function extendUpload(
  upload: Upload,
  { token, expiresAt }: Partial<Renewal>,
  { services, claims }: SendingContext,
): void {
  if (!token || !expiresAt || token === upload.token || !can(upload.state, 'extend')) return;
  services.apply(upload, { type: 'extend', token, expiresAt });
  void claims.note(upload, upload.parts?.receipts);
}
