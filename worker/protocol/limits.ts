/** Bounds of one request to the Worker, which both halves keep. */

/** Most files in one `POST /uploads`. */
export const MAX_FILES_PER_CREATE = 100;
/** Most parts in one `POST /uploads/:id/sign`. */
export const MAX_PARTS_PER_SIGN = 500;
/**
 * Most uploads in one `POST /uploads/complete`: each costs a HEAD at least, and Workers Free allows
 * 50 requests. A policy may allow fewer.
 */
export const MAX_UPLOADS_PER_COMPLETE = 45;
/** Checksums of the first parts that may travel with a Create. */
export const MAX_CHECKSUMS_PER_CREATE = 8;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_PART_NUMBER = 10_000;
