import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Router } from 'express';

const FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
  'favicon-32x32.png': 'image/png',
};

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Beacon Tower API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="page"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/open.js"></script>
</body>
</html>
`;
const OPEN = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#page', deepLinking: true, validatorUrl: null });\n`;

/** The API's page: Swagger UI from our own files, with nothing inline. */
export function mountDocs(router: Router): void {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  router.get('/docs', (_request, response) => {
    response.type('html').send(PAGE);
  });
  router.get('/docs/open.js', (_request, response) => {
    response.type('text/javascript').send(OPEN);
  });
  for (const [file, type] of Object.entries(FILES)) {
    router.get(`/docs/${file}`, (_request, response) => {
      response.type(type).sendFile(join(folder, file));
    });
  }
}
