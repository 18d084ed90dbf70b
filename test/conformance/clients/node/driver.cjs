/**
 * Calls DLI through the core of the vendor's Node SDK, which has no DLI calls of its own. The first line of standard input
 * says where and as whom; each further line is one call, and one line of standard output is its answer. The core requires
 * the package uuid and does not name it, so it is a development dependency of ours.
 */
const { createInterface } = require('node:readline')
const { BasicCredentials } = require('@huaweicloud/huaweicloud-sdk-core')
const { ClientBuilder } = require('@huaweicloud/huaweicloud-sdk-core/ClientBuilder')
const { version } = require('@huaweicloud/huaweicloud-sdk-core/package.json')

async function main() {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  const client = clientOf(JSON.parse((await lines.next()).value))
  tell({ version, operations: [] })
  for await (const line of lines) tell(await call(client, JSON.parse(line)))
}

function clientOf({ endpoint, projectId, ak, sk }) {
  const credentials = new BasicCredentials().withAk(ak).withSk(sk).withProjectId(projectId)
  return new ClientBuilder((client) => client).withCredential(credentials).withEndpoint(endpoint).build()
}

async function call(client, { method, url, pathParams, queryParams, data }) {
  const request = { method, url, contentType: 'application/json', pathParams, queryParams, headers: {}, data }
  try {
    const answer = await client.sendRequest(request)
    const { httpStatusCode: status, ...read } = answer
    return { status, read: Array.isArray(answer) ? Object.values(read) : read }
  } catch ({ httpStatusCode: status, errorCode: code, errorMsg: message, requestId }) {
    return { status, error: { code, message, requestId } }
  }
}

/** The SDK logs what it does to standard output; that is ours. */
const write = process.stdout.write.bind(process.stdout)
process.stdout.write = () => true

function tell(value) {
  write(`${JSON.stringify(value)}\n`)
}

void main()
