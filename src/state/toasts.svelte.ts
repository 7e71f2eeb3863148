/** Short notes that come and go: what was done, or what failed and can wait. What must be acted on is not a toast. */

/** One note on the screen. */
export interface Toast {
  readonly id: number;
  readonly kind: 'info' | 'error';
  readonly text: string;
}

const INFO_MILLISECONDS = 5000;

/** The notes now on the screen. An error stays until it is closed; at most four are kept. */
export class Toasts {
  items = $state.raw<readonly Toast[]>([]);
  #next = 1;

  /** Shows a note. */
  show(text: string, kind: Toast['kind'] = 'info'): void {
    const id = this.#next++;
    this.items = [...this.items, { id, kind, text }].slice(-4);
    if (kind === 'info') setTimeout(() => this.close(id), INFO_MILLISECONDS);
  }

  /** Takes a note away. */
  close(id: number): void {
    this.items = this.items.filter((toast) => toast.id !== id);
  }
}
