/**
 * The shell text around every JVM. It makes what happens to the JVM readable from disk, so that nothing is lost when the
 * service is not there:
 *
 *   <prefix>.group   identity of the wrapper, which leads the process group; made before anything is started. Making it
 *                    is the claim: a second start with the same prefix finds it and ends (exit code 3).
 *   <prefix>.jvm     identity of the JVM, written by the process that then becomes the JVM.
 *   <prefix>.exit    exit code of the JVM, when it ended while its wrapper lived.
 *
 * Signals to the group do not end the wrapper before it has written the exit code; handlers (unlike ignored signals) are
 * not handed down to the JVM. When the file `closed` is there, nothing is started any more (exit code 4).
 *
 * The wrapper is the service's own process; the command may become another user (process-user.ts), who then can neither
 * end the wrapper nor touch what it writes.
 *
 * Arguments: prefix, path of `closed`, then the command. Needs a POSIX shell and Linux's /proc.
 */
const IDENTITY = `identity() {
  read -r line < /proc/$1/stat || return 1
  read -r boot < /proc/sys/kernel/random/boot_id || return 1
  set -f
  set -- "$1" \${line##*) }
  echo "$1 \${21} $boot"
}
`

const BECOME_JVM = `${IDENTITY}
prefix=$1; shift
identity $$ > "$prefix.jvm.tmp" && mv "$prefix.jvm.tmp" "$prefix.jvm" || exit 5
exec "$@"
`

export const WRAPPER = `${IDENTITY}
umask 077
trap : HUP INT TERM
prefix=$1; closed=$2; shift 2
mine="$prefix.group.$$"
identity $$ > "$mine" || exit 5
if ! ln "$mine" "$prefix.group" 2>/dev/null; then
  set -C
  { cat "$mine" > "$prefix.group"; } 2>/dev/null || { rm -f "$mine"; exit 3; }
  set +C
fi
rm -f "$mine"
[ -e "$closed" ] && exit 4
/bin/sh -c '${BECOME_JVM.replaceAll("'", `'\\''`)}' jvm "$prefix" "$@"
code=$?
echo "$code" > "$prefix.exit.tmp" && mv "$prefix.exit.tmp" "$prefix.exit"
exit "$code"
`

/**
 * The innermost shell, of the job's user already: opens the file for standard output and error, so that it is opened with
 * no more rights than the job has. It exists before the JVM, as Flink's REST API only serves it then.
 */
export const WITH_OUTPUT = 'out=$1; shift; exec >> "$out" 2>&1; exec "$@"'
