/** Hands a file to the person: the browser's own download, which asks where or puts it where it always does. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the file after this turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
