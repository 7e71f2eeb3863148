/** The page in place of the app when its files are gone: says what is missing, in three languages, and tries again by itself. */
import type { MissingFiles } from '../domain/updates.ts';

const WORDS = [
  {
    lang: 'ko',
    title: '판정할 수 없습니다',
    lost: '이 기기에서 앱 파일이 지워졌습니다. 연결되면 자동으로 다시 받습니다.',
    none: '연결이 없고, 이 기기에 저장된 앱이 없습니다.',
    todo: '그때까지 부품을 직접 확인하세요. 네트워크 연결을 확인하세요.',
    missing: '없는 파일',
  },
  {
    lang: 'en',
    title: 'Nothing can be judged',
    lost: 'Files of the app were removed from this device. They are downloaded again as soon as there is a connection.',
    none: 'There is no connection, and no app is kept on this device.',
    todo: 'Check parts by hand until then. Check the network connection.',
    missing: 'Missing files',
  },
  {
    lang: 'vi',
    title: 'Không thể đánh giá',
    lost: 'Tệp của ứng dụng đã bị xóa khỏi máy này. Sẽ tự tải lại khi có mạng.',
    none: 'Không có mạng và máy này chưa lưu ứng dụng.',
    todo: 'Trong lúc đó hãy tự kiểm tra sản phẩm. Kiểm tra kết nối mạng.',
    missing: 'Tệp bị thiếu',
  },
] as const;

const STYLE = 'body{font:20px/1.5 system-ui,sans-serif;background:#d9dce0;color:#1d2024;max-width:46em;margin:5vh auto;padding:0 1em}h1{margin:0}section{margin-bottom:2em}ul{font:16px/1.5 ui-monospace,monospace}';

/**
 * Asks again every few seconds. The address is given, and without a fragment: an address with one (`#/line`) that is the page's
 * own would only be scrolled to, and the page would stay for good.
 */
const AGAIN = '<meta http-equiv="refresh" content="5;url=./">';

/** The answer to a page load that cannot be served; it asks again every few seconds. */
export function statusPage(missing: MissingFiles | null): Response {
  const megabytes = missing === null ? '' : ` (${missing.files.length}, ${(missing.bytes / 1e6).toFixed(1)} MB)`;
  const sections = WORDS.map(
    ({ lang, title, lost, none, todo, missing: word }) =>
      `<section lang="${lang}"><h1>${title}</h1><p>${missing ? lost : none}</p><p>${todo}</p>${missing ? `<p>${word}${megabytes}</p>` : ''}</section>`,
  );
  const list = missing ? `<ul>${missing.files.map((path) => `<li>${path}</li>`).join('')}</ul>` : '';
  const html = `<!doctype html><html lang="ko"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">${AGAIN}<title>Castwatch</title><style>${STYLE}</style><body>${sections.join('')}${list}</body></html>`;
  return new Response(html, {
    status: 503,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
      'Cross-Origin-Resource-Policy': 'same-origin',
    },
  });
}
