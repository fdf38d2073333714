/** Which uploads this tab works on, according to the journal, and their entries in it. */
import type { StoredPart } from '../../../worker/protocol.ts';
import type { Services } from '../services.ts';
import { can } from '../upload/state.ts';
import type { Upload } from '../upload/upload.ts';
import { uuidv7 } from '../../../worker/protocol/id.ts';
import { deleteEntry, readEntry, readKeyHeads, writeEntry } from './entries.ts';
import { fingerprint } from './fingerprint.ts';
import { lock } from './locks.ts';

/** An upload that no other tab works on. */
interface Claim {
  /** Key of its file in the journal. */
  readonly key: string;
  readonly place: string | undefined;
  readonly handle: FileSystemFileHandle | undefined;
  readonly unlock: () => void;
}

export class Claims {
  readonly #services: Services;
  readonly #claims = new Map<Upload, Claim>();
  readonly #lookups = new Map<Upload, Promise<void>>();
  /** A read of the journal's keys that is under way; all callers share it. */
  #heads: Promise<ReadonlySet<string>> | undefined;

  constructor(services: Services) {
    this.#services = services;
  }

  /** True once the journal is or was asked about the upload. */
  isLookedUp(upload: Upload): boolean {
    return this.#lookups.has(upload);
  }

  /**
   * Finds out whether the file is known from an earlier visit. The journal is asked about every large
   * file; about a small one, of which there may be thousands, only if it has one of that name and
   * size.
   *
   * @throws UploadError if the file cannot be read.
   */
  async recognise(upload: Upload): Promise<void> {
    if (!upload.isSingle || this.isLookedUp(upload) || (await this.#mayKnow(upload))) {
      await this.lookUp(upload);
    }
  }

  /**
   * Asks the journal about the file, once for all callers, and claims the file for this tab.
   *
   * @throws UploadError if the file cannot be read; then it may be called again.
   */
  lookUp(upload: Upload): Promise<void> {
    const lookup =
      this.#lookups.get(upload) ??
      this.#lookUp(upload).catch((error: unknown) => {
        this.#lookups.delete(upload);
        throw error;
      });
    this.#lookups.set(upload, lookup);
    return lookup;
  }

  /** Writes the upload into the journal, if this tab has claimed it. */
  async note(upload: Upload, parts?: readonly StoredPart[]): Promise<void> {
    const claim = this.#claims.get(upload);
    if (!claim) return;
    const { id, path, isSingle, standing } = upload;
    const { name, size: bytes, lastModified } = upload.file;
    await writeEntry(claim.key, {
      id,
      name,
      bytes,
      lastModified,
      path,
      parts,
      isSingle,
      place: claim.place,
      isCancelled: upload.phase === 'cancelled' || upload.phase === 'undoable',
      token: upload.token,
      expiresAt: standing.kind === 'agreed' ? standing.agreement.expiresAt : undefined,
      handle: upload.handle ?? claim.handle,
    });
  }

  /** Deletes the upload's entry; it stays claimed. */
  async erase(upload: Upload): Promise<void> {
    const claim = this.#claims.get(upload);
    if (claim) await deleteEntry(claim.key);
  }

  /** Deletes the upload's entry, and releases the file for other tabs. The entry is not written again. */
  async remove(upload: Upload): Promise<void> {
    const claim = this.#claims.get(upload);
    this.#forget(upload);
    if (claim) await deleteEntry(claim.key).finally(claim.unlock);
  }

  /** Keeps the upload's entry, and releases the file for other tabs. The entry is not written again. */
  release(upload: Upload): void {
    const claim = this.#claims.get(upload);
    this.#forget(upload);
    claim?.unlock();
  }

  /** Releases every claim, so that other tabs and the next page may continue the uploads. */
  releaseAll(): void {
    for (const { unlock } of this.#claims.values()) unlock();
  }

  #forget(upload: Upload): void {
    this.#claims.delete(upload);
    this.#lookups.delete(upload);
  }

  async #mayKnow(upload: Upload): Promise<boolean> {
    if (this.#services.options.resume === false) return false;
    this.#heads ??= readKeyHeads().finally(() => (this.#heads = undefined));
    return (await this.#heads).has(this.#keyHead(upload));
  }

  /** What the key begins with: the caller, and all that is known of the file without reading it. */
  #keyHead({ file: { name, size } }: Upload): string {
    const { worker, policy } = this.#services;
    return [worker.endpoint, policy?.caller ?? '', name, size, ''].join('\n');
  }

  async #lookUp(upload: Upload): Promise<void> {
    const services = this.#services;
    const { options } = services;
    const head = this.#keyHead(upload);
    const hash = await fingerprint(upload, services);
    // Needed without a journal too: the file is compared with it before the upload is completed.
    services.apply(upload, { type: 'read', fingerprint: hash });
    if (options.resume === false) return;
    const key = head + hash;
    const unlock = await lock(key);
    // It was cancelled meanwhile, or the uploader was closed.
    if (services.isClosed || !can(upload.state, 'cancel')) return unlock?.();
    if (!unlock) return this.#leaveToOtherTab(upload);
    const claim = { key, unlock, place: options.place, handle: undefined };
    this.#claims.set(upload, claim);
    // An upload that is under way is only noted from now on.
    if (upload.token !== undefined || !can(upload.state, 'recognise')) return;
    const entry = await readEntry(key);
    const isOther = upload.standing.kind === 'unconfirmed' && upload.id !== entry?.id;
    // Without checksums, only its date tells whether a file is still the same.
    const isSame = upload.checksum !== null || upload.file.lastModified === entry?.lastModified;
    // Meanwhile it may have been created, or cancelled.
    if (!entry || isOther || !isSame || !can(upload.state, 'recognise')) return;
    if (this.#claims.has(upload)) this.#claims.set(upload, { ...claim, handle: entry.handle });
    const { id, token, parts: receipts = [] } = entry;
    services.apply(upload, { type: 'recognise', id, token, receipts });
  }

  /** Another tab works on the file: this is another upload, which the journal does not know. */
  #leaveToOtherTab(upload: Upload): void {
    if (upload.standing.kind !== 'unconfirmed') return;
    this.#services.apply(upload, { type: 'renew', id: uuidv7() });
  }
}
