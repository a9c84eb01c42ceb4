import { empty, type Reply } from './answer.ts';

const MESSAGES: Readonly<Record<number, string>> = { 401: 'Unauthorized', 404: 'Not Found' };

/** What Jetty answers itself: HTML, without a Date header. */
function page(status: number, path: string, message: string, headers: Readonly<Record<string, string>> = {}): Reply {
  const title = `Error ${status} ${message}`;
  return {
    kind: 'reply',
    status,
    contentType: 'text/html;charset=iso-8859-1',
    undated: true,
    headers: { 'Cache-Control': 'must-revalidate,no-cache,no-store', ...headers },
    body: `<html>
<head>
<meta http-equiv="Content-Type" content="text/html;charset=ISO-8859-1"/>
<title>${title}</title>
</head>
<body><h2>HTTP ERROR ${status} ${message}</h2>
<table>
<tr><th>URI:</th><td>${escaped(path)}</td></tr>
<tr><th>STATUS:</th><td>${status}</td></tr>
<tr><th>MESSAGE:</th><td>${message}</td></tr>
<tr><th>SERVLET:</th><td>-</td></tr>
</table>
</body>
</html>
`,
  };
}

/** 401 to missing or wrong credentials. */
export const unauthorised = (path: string): Reply =>
  page(401, path, MESSAGES[401] ?? '', { 'WWW-Authenticate': 'Basic realm="SeaTunnel Web UI"' });

/** 404 to a path that is none of the engine's, or outside the context path. */
export const notFound = (path: string): Reply => page(404, path, MESSAGES[404] ?? '');

/** 405: HTML to GET and POST, nothing to other methods. */
export function wrongMethod(method: string, path: string): Reply {
  const known = method === 'GET' || method === 'HEAD' || method === 'POST';
  return known ? page(405, path, `HTTP method ${method} is not supported by this URL`) : empty(405);
}

/** Non-ASCII characters are written as entities too: the page is ISO-8859-1. */
function escaped(text: string): string {
  return text.replace(/[^\w/.\- ]/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
