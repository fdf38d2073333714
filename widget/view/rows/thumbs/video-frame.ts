/** A video whose index is at its end, on a slow disk, may take this long. */
const PATIENCE_MS = 5000;

/** True once the page's Content-Security-Policy has refused a video; then no more are tried. */
let isForbidden = false;

/**
 * Opens a video at an early frame, hands it to `use`, and releases it. The browser decodes it off the
 * main thread, and reads no more of the file than it needs. The page's `media-src` has to allow
 * `blob:`; if it does not, the first attempt is reported as a violation, and there are no others.
 *
 * @throws Error if the browser cannot play the video, or not in time.
 */
export async function withFrame<T>(file: File, use: (video: HTMLVideoElement) => T): Promise<T> {
  if (isForbidden) throw new Error('media-src does not allow blob:');
  const url = URL.createObjectURL(file);
  const video = document.createElement('video');
  const opening = new AbortController();
  const { signal } = opening;
  const onViolation = ({ effectiveDirective }: SecurityPolicyViolationEvent): void => {
    isForbidden ||= effectiveDirective === 'media-src';
  };
  document.addEventListener('securitypolicyviolation', onViolation, { signal });
  const timer = setTimeout(() => opening.abort(), PATIENCE_MS);
  try {
    video.muted = true;
    video.playsInline = true;
    video.preload = 'auto';
    const opened = once(video, 'loadeddata', signal);
    video.src = url;
    await opened;
    // Films often begin in black. A live recording does not know its duration.
    const seeked = once(video, 'seeked', signal);
    video.currentTime = Number.isFinite(video.duration) ? Math.min(1, video.duration / 10) : 0;
    await seeked;
    return use(video);
  } finally {
    clearTimeout(timer);
    opening.abort();
    // Releases the decoder and the frames it has read: https://html.spec.whatwg.org/#best-practices-for-authors-using-media-elements
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
  }
}

function once(video: HTMLVideoElement, type: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new Error(`no ${type} of the video`));
    video.addEventListener(type, () => resolve(), { signal });
    video.addEventListener('error', fail, { signal });
    signal.addEventListener('abort', fail);
  });
}
