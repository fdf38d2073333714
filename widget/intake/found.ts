/** A file that the user gave, or the path of one that could not be read. */
export interface FoundFile {
  readonly file?: File;
  /** Path inside the folder that contained it. */
  readonly path?: string | undefined;
  /** Id of the interrupted upload that the file continues. */
  readonly id?: string | undefined;
  /** Where the file is on disk, if the browser reveals it. */
  readonly handle?: FileSystemFileHandle | undefined;
}
