import type { UploadEventTarget } from '../core/index.ts';
import type { RowsLoader } from './rows-loader.ts';

type Announcer = NonNullable<RowsLoader['view']>['announcer'];

type Heard = Parameters<Announcer['hear']>[0];

/** Has the announcer tell what happens to uploads, also what happens before it is loaded. */
export class Announcements {
  readonly #rows: Pick<RowsLoader, 'load' | 'view'>;

  constructor(host: UploadEventTarget, rows: Pick<RowsLoader, 'load' | 'view'>) {
    this.#rows = rows;
    for (const type of ['upload-rejected', 'upload-failed', 'upload-done'] as const) {
      host.addEventListener(type, (event: Heard) => this.#tell((to) => to.hear(event)));
    }
  }

  /** The user has added this many files. */
  added(count: number): void {
    this.#tell((to) => to.added(count));
  }

  #tell(tell: (to: Announcer) => void): void {
    void this.#rows.load().then(() => this.#rows.view && tell(this.#rows.view.announcer));
  }
}
