import { type DamagedFlink, flinkHome } from '../flink/installation.ts'
import { DEFAULT_LINE, DEFAULT_VERSIONS, lineOf } from '../flink/versions.ts'
import { type Check, type Finding, ok, problem, warning } from './check.ts'

export const flink: Check = {
  name: 'flink',
  run: async ({ config }) => {
    const { sound, damaged } = await flinkHome(config.folders.flink).survey()
    const versions = sound.map(({ version }) => version)
    return judgeFlink({ folder: config.folders.flink, sound: versions, damaged })
  },
}

export type FlinkFacts = Readonly<{ folder: string; sound: readonly string[]; damaged: readonly DamagedFlink[] }>

export function judgeFlink({ folder, sound, damaged }: FlinkFacts): Finding[] {
  const lines = [...sound, ...damaged.map(({ version }) => version)].map(lineOf)
  const missing = Object.keys(DEFAULT_VERSIONS).filter((line) => !lines.includes(line))
  const list = sound.join(', ')
  return [
    ...(list === '' ? [] : [ok(`Flink ${list} in ${folder}`, `Flink ${list}，位于 ${folder}`)]),
    ...damaged.map(damagedFlink),
    ...missing.map(missingLine),
  ]
}

function damagedFlink({ version, problem: what }: DamagedFlink): Finding {
  const command = `npx headgate flink install ${version}`
  return problem(
    `Flink ${version} is damaged: ${what}. Repair it: ${command}`,
    `Flink ${version} 已损坏：${what}。修复命令：${command}`,
  )
}

function missingLine(line: string): Finding {
  const command = `npx headgate flink install ${line}`
  if (line === DEFAULT_LINE) {
    return problem(
      `Flink ${line} is not installed, on which jobs run that name no version. Install it: ${command}`,
      `未安装Flink ${line}，未指定版本的作业在其上运行。安装命令：${command}`,
    )
  }
  const major = line.split('.')[0]
  return warning(
    `Flink ${line} is not installed; jobs that ask for ${major}.x cannot run. Install it: ${command}`,
    `未安装Flink ${line}；要求 ${major}.x 的作业无法运行。安装命令：${command}`,
  )
}
