/** Limits of one request to the Worker, which the page and the Worker share. */

/** Largest number of files in one `POST /uploads`. */
export const MAX_FILES_PER_CREATE = 100;
/** Largest number of parts in one `POST /uploads/:id/sign`. */
export const MAX_PARTS_PER_SIGN = 500;
/**
 * Largest number of uploads in one `POST /uploads/complete`. Each costs at least a HEAD, and
 * Workers Free allows 50 requests. A policy may allow fewer.
 */
export const MAX_UPLOADS_PER_COMPLETE = 45;
/** Largest number of ids in one `POST /uploads/links`, each of which may cost a HEAD. */
export const MAX_LINKS = 45;
/** Largest number of checksums that a Create may contain, for the first parts. */
export const MAX_CHECKSUMS_PER_CREATE = 8;
/** Largest part number. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_PART_NUMBER = 10_000;
/** Longest path of a file below the folder that its user chose, as long as a key may be. */
export const MAX_PATH_BYTES = 1024;
