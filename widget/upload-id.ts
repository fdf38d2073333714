/** Finds the ids of uploads in object keys. */
import { isUploadId } from './core/index.ts';

/** The first UUID among the segments of a key, where `KEY_TEMPLATE` has put the upload's id. */
export function uploadIdIn(key: string): string | undefined {
  return key.split('/').find(isUploadId);
}
