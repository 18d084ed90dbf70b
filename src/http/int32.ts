/** Bounds of integers whose sense is checked further inside. */
export const INT32_MAX = 2_147_483_647
