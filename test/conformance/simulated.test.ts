import { createPretendedWorld } from '../support/pretended-clusters.ts'
import { describeRuntime } from './runtime.ts'

describeRuntime('simulated', createPretendedWorld)
