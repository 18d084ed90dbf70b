import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { type Config, localUrlOf } from '../config/config.ts'
import { isSystemError, messageOf } from '../lib/errors.ts'
import { CLUSTER_PORTS, freePorts } from '../runtimes/cluster/ports.ts'
import { version } from '../version.ts'
import { type Check, type Finding, ok, problem, warning } from './check.ts'
import type { ServiceAnswer } from './service.ts'

export const httpPort: Check = {
  name: 'http-port',
  run: async ({ config, service }) =>
    service === null
      ? [judgePort(config.http, await tryListening(config.http))]
      : judgeService(localUrlOf(config.http), service),
}

export function judgeService(url: string, service: ServiceAnswer): Finding[] {
  const troubles = Object.entries(service.checks).filter(([, check]) => !check.ok)
  return [
    service.version === version
      ? ok(`Headgate ${service.version} answers at ${url}`, `Headgate ${service.version} 正在 ${url} 提供服务`)
      : warning(
          `Headgate ${service.version} answers at ${url}, and ${version} is installed. Restart the service; its jobs run on.`,
          `${url} 上运行的是Headgate ${service.version}，而已安装的是 ${version}。请重启服务，作业不受影响。`,
        ),
    ...troubles.map(([name, { text }]) =>
      problem(
        `The running service is in trouble with its ${name}: ${text}. Its log says more.`,
        `运行中的服务 ${name} 异常：${text}。详见其日志。`,
      ),
    ),
  ]
}

/** `error`: what a try to listen there came to. */
export function judgePort({ host, port }: Config['http'], error: unknown): Finding {
  const place = `${host}:${port}`
  if (error === null) return port === 0 ? ok('a free one', '任一空闲端口') : ok(`${place} is free`, `${place} 空闲`)
  if (isSystemError(error, 'EADDRINUSE')) {
    const command = `ss -ltnp 'sport = :${port}'`
    return problem(
      `${place} is taken by another program, or by a Headgate that does not answer. See which: ${command} — end it, or set HEADGATE_PORT to another port.`,
      `${place} 已被其他程序或无响应的Headgate占用。查看命令：${command} — 结束该程序，或将 HEADGATE_PORT 设为其他端口。`,
    )
  }
  return problem(
    `The service cannot listen on ${place}: ${messageOf(error)}. Set HEADGATE_PORT to a port from 1024 on, and HEADGATE_HOST to an address of this machine.`,
    `服务无法监听 ${place}：${messageOf(error)}。请将 HEADGATE_PORT 设为不小于1024的端口，HEADGATE_HOST 设为本机地址。`,
  )
}

/** Null when it can be done. */
function tryListening({ host, port }: Config['http']): Promise<unknown> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', resolve)
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)))
  })
}

export const clusterPorts: Check = {
  name: 'cluster-ports',
  run: async () => {
    const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '')
    const [first = 0, last = 0] = range.trim().split(/\s+/u).map(Number)
    await freePorts()
    return [judgeClusterPorts({ first, last })]
  },
}

/** `outgoing`: the ports that the system gives to outgoing connections. */
export function judgeClusterPorts(outgoing: { first: number; last: number }): Finding {
  const { first, last } = CLUSTER_PORTS
  if (outgoing.first > last || outgoing.last < first) {
    return ok(`${first}-${last}, for Flink on 127.0.0.1`, `${first}-${last}，供127.0.0.1上的Flink使用`)
  }
  const command = `sudo sysctl -w net.ipv4.ip_local_port_range="${last + 1} ${Math.max(60_999, outgoing.last)}"`
  return warning(
    `Flink's ports ${first}-${last} are also given to outgoing connections (${outgoing.first}-${outgoing.last}), so that a start may have to be repeated: ${command}`,
    `Flink使用的端口 ${first}-${last} 也会分配给对外连接（${outgoing.first}-${outgoing.last}），启动可能需要重试：${command}`,
  )
}
