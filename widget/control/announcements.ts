import type { UploadEventTarget } from '../core/index.ts';
import type { RowsLoader } from './rows-loader.ts';

type Announcer = NonNullable<RowsLoader['view']>['announcer'];

/** Has the announcer tell what happens to uploads, also what happens before it is loaded. */
export class Announcements {
  readonly #rows: Pick<RowsLoader, 'load' | 'view'>;

  constructor(host: UploadEventTarget, rows: Pick<RowsLoader, 'load' | 'view'>) {
    this.#rows = rows;
    host.addEventListener('upload-rejected', ({ rejected }) => {
      for (const { file, error } of rejected) this.#tell((to) => to.failed(file, error));
    });
    host.addEventListener('upload-failed', ({ upload, error }) =>
      this.#tell((to) => to.failed(upload, error)),
    );
    host.addEventListener('upload-done', ({ upload }) => this.#tell((to) => to.done(upload)));
  }

  /** The user has added this many files. */
  added(count: number): void {
    this.#tell((to) => to.added(count));
  }

  #tell(tell: (to: Announcer) => void): void {
    void this.#rows.load().then(() => this.#rows.view && tell(this.#rows.view.announcer));
  }
}
