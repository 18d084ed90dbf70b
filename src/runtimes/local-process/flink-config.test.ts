import { describe, expect, it } from 'vitest'
import { runFolder } from '../cluster/run-folder.ts'
import { launchSpec } from '../cluster/testing.ts'
import { configYaml, flinkConfiguration, ignoredKeys, isOwned, userClassPath } from './flink-config.ts'

const folder = runFolder('/data/runs', 'a1')
const ports = { rpc: 20001, rest: 20002 }

describe('the Flink configuration of a run', () => {
  it('lets the user win over what we choose, and not over what the driver owns', () => {
    const spec = launchSpec({
      flinkConfig: {
        'heartbeat.timeout': '9 s',
        'state.backend.type': 'rocksdb',
        'rest.port': '8081',
        'execution.checkpointing.dir': 'file:///tmp/elsewhere',
        'restart-strategy.type': 'fixed-delay',
        'env.java.opts.all': '-Da=b',
        'headgate.obs.root': '/objects/of-another-project',
      },
    })
    const configuration = flinkConfiguration(spec, folder, ports, 17)
    expect(configuration).toMatchObject({
      'heartbeat.timeout': '9 s',
      'state.backend.type': 'rocksdb',
      'rest.port': '20002',
      'restart-strategy.type': 'none',
      'headgate.obs.root': '/data/objects/p1',
    })
    expect(configuration).not.toHaveProperty('execution.checkpointing.dir')
    expect(ignoredKeys(spec)).toEqual([
      'execution.checkpointing.dir',
      'headgate.obs.root',
      'rest.port',
      'restart-strategy.type',
    ])
  })

  it('always names the checkpoint directory and keeps checkpoints, but sets an interval only when there is one', () => {
    const without = flinkConfiguration(launchSpec({}), folder, ports, 17)
    expect(without).toMatchObject({
      'state.checkpoints.dir': 'file:///data/state/chk',
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    })
    expect(without).not.toHaveProperty('execution.checkpointing.interval')
    const checkpoints = { ...launchSpec({}).checkpoints, everySeconds: 30, mode: 'at_least_once' as const }
    expect(flinkConfiguration(launchSpec({ checkpoints }), folder, ports, 17)).toMatchObject({
      'execution.checkpointing.interval': '30 s',
      'execution.checkpointing.mode': 'AT_LEAST_ONCE',
    })
  })

  it.each([
    [{ kind: 'never' }, 'none'],
    [{ kind: 'perHour', max: 3 }, 'failure-rate'],
    [{ kind: 'perHour', max: 0 }, 'none'],
    [{ kind: 'always' }, 'exponential-delay'],
  ] as const)('turns %j into restart strategy %s', (restart, type) => {
    expect(flinkConfiguration(launchSpec({ restart }), folder, ports, 17)['restart-strategy.type']).toBe(type)
  })

  it('does not ask for the guard against System.exit where Java has none', () => {
    expect(flinkConfiguration(launchSpec({}), folder, ports, 25)).not.toHaveProperty(
      'cluster.intercept-user-system-exit',
    )
  })

  it('knows an owned key by its whole name or its beginning', () => {
    expect(['rest.port', 'env.java.opts.all', '$internal.pipeline.job-id'].every(isOwned)).toBe(true)
    expect(['rest.portable', 'environment', 'taskmanager.network.retries'].some(isOwned)).toBe(false)
  })
})

describe('config.yaml', () => {
  it('quotes every key and value, in ASCII', () => {
    expect(configYaml({ 'a.b': 'x: "y" #\n', 'pipeline.name': '订单 😀' })).toBe(
      '"a.b": "x: \\"y\\" #\\n"\n"pipeline.name": "\\u8ba2\\u5355 \\ud83d\\ude00"\n',
    )
  })
})

describe('the user class path', () => {
  it('holds URLs of the jars and of the folder above userData, also where names need escaping', () => {
    expect(userClassPath(['/runs/作 业;1/a.jar'], '/runs/作 业;1/files')).toBe(
      'file:///runs/%E4%BD%9C%20%E4%B8%9A%3B1/a.jar;file:///runs/%E4%BD%9C%20%E4%B8%9A%3B1/files/',
    )
  })
})
