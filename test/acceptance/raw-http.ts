import { connect } from 'node:net'

/**
 * Sends bytes as they are and gives what came back, for what `fetch` would not send. Who refuses them may close before all
 * of them were read, which resets the connection; what was said before that counts.
 */
export function sendRaw(baseUrl: string, bytes: string): Promise<{ status: number; head: string; body: string }> {
  const { hostname, port } = new URL(baseUrl)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    let problem: Error | null = null
    socket.on('error', (error) => {
      problem = error
    })
    socket.on('close', () => {
      if (problem !== null && chunks.length === 0) return reject(problem)
      const [head = '', body = ''] = Buffer.concat(chunks).toString('utf8').split('\r\n\r\n')
      resolve({ status: Number(head.split(' ')[1]), head, body })
    })
  })
}
