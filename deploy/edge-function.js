/**
 * Runs at the edge before the cache is asked (CloudFront Functions, cloudfront-js-2.0). A folder is its index.html;
 * nothing else is rewritten, so a missing file stays a 404. Old TLS is refused here as well: CloudFront's own
 * certificate, in use without a domain of your own, would accept it.
 */
function handler(event) {
  var request = event.request;
  var tls = request.headers['cloudfront-viewer-tls'];
  if (tls && !/^TLSv1\.[23]:/.test(tls.value)) {
    return { statusCode: 403, statusDescription: 'Forbidden', body: { encoding: 'text', data: 'TLS 1.2 or newer, please.\n' } };
  }
  if (request.uri.endsWith('/')) request.uri += 'index.html';
  return request;
}
