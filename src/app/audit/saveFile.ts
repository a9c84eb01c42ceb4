/** Has the browser save a file under a name, as if a link to it had been followed. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  // Grafana follows links without a target itself (12.4: interceptLinkClicks), and the file would lose its name.
  anchor.target = '_self';
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  // Only after the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(url));
}
