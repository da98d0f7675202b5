/** Whether a venue's requests may be sent to this address instead: https anywhere, plain http only to this machine. */
export function isVenueHost(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

/** Whether an address is this machine's own, whatever a name server says. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === '[::1]' || hostname === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
