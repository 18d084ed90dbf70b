import { BlockList, isIPv4 } from 'node:net'
import { QUEUE_ERRORS } from './queue-errors.ts'

/** The property that is the address range, too (DLI: queue properties). */
export const CIDR_PROPERTY = 'network.cidrInVpc'

/** The private blocks of RFC 1918. */
const PRIVATE = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const

/** Larger queues need more addresses (DLI: changing the CIDR block of a queue). */
function maskLengthMaxOf(cuCount: number): number {
  if (cuCount < 256) return 24
  return cuCount < 512 ? 22 : 21
}

/** Gives back the range of a queue's addresses, as it was written. @throws Refusal `queue.badCidr` */
export function checkCidr(cidr: string, cuCount: number): string {
  const max = maskLengthMaxOf(cuCount)
  const [, address = '', length = ''] = /^([\d.]+)\/(\d{1,2})$/.exec(cidr) ?? []
  const isGood = isIPv4(address) && Number(length) <= max && isPrivate(address, Number(length))
  if (!isGood) throw QUEUE_ERRORS.badCidr(cidr, max)
  return cidr
}

function isPrivate(address: string, maskLength: number): boolean {
  return PRIVATE.some(([block, blockLength]) => {
    const addresses = new BlockList()
    addresses.addSubnet(block, blockLength, 'ipv4')
    return maskLength >= blockLength && addresses.check(address)
  })
}
