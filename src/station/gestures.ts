/** What a glove does by accident and a station must not follow: zooming, selecting, the context menu, dragging. */

/** Where a person writes or copies, gestures stay as they are. */
const FREE = 'input, textarea, select, [contenteditable], .mono, dd';

const freely = (event: Event): boolean => event.target instanceof Element && event.target.closest(FREE) !== null;

/**
 * Refuses accidental gestures on a page; returns the way to allow them again. Pull-to-refresh, swipe-back, double-tap zoom and
 * selection are refused by style (`data-kiosk` in base.css); here is what style cannot refuse.
 */
export function guardGestures(page: Document): () => void {
  const refuse = (event: Event): void => {
    event.preventDefault();
  };
  const refuseUnlessFree = (event: Event): void => {
    if (!freely(event)) event.preventDefault();
  };
  const refusePinch = (event: TouchEvent): void => {
    if (event.touches.length > 1) event.preventDefault();
  };
  const refuseWheelZoom = (event: WheelEvent): void => {
    if (event.ctrlKey) event.preventDefault();
  };
  const refuseKeyZoom = (event: KeyboardEvent): void => {
    if ((event.ctrlKey || event.metaKey) && ['+', '-', '=', '0'].includes(event.key)) event.preventDefault();
  };
  const stop = new AbortController();
  const options = { signal: stop.signal, passive: false };
  page.addEventListener('contextmenu', refuseUnlessFree, options);
  page.addEventListener('selectstart', refuseUnlessFree, options);
  page.addEventListener('dragstart', refuse, options);
  // Safari's own events of a pinch.
  page.addEventListener('gesturestart', refuse, options);
  page.addEventListener('touchmove', refusePinch, options);
  page.addEventListener('wheel', refuseWheelZoom, options);
  page.addEventListener('keydown', refuseKeyZoom, options);
  return () => {
    stop.abort();
  };
}
