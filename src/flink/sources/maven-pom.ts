/**
 * The throw-away pom that fetches one Flink version. `flink-dist` is not published to Maven repositories, so the modules
 * it is made of are resolved with their dependencies, in the versions Flink's own parent pom manages; the table jars,
 * which carry their dependencies inside, are copied as they are. Compared class by class with the official `lib/` of
 * 1.20.0 and 2.3.0, what is left out is Kubernetes, YARN and, in 2.3, the ForSt state backend and the Scala compiler.
 */
import { compareVersions } from '../versions.ts'

/** The parts of flink-dist that matter outside Kubernetes and YARN; the rest comes with them. */
const MODULES = [
  'flink-clients',
  'flink-runtime-web',
  'flink-container',
  'flink-connector-base',
  'flink-statebackend-rocksdb',
  'flink-statebackend-changelog',
  'flink-dstl-dfs',
]

/**
 * Official 1.x has Scala in `lib/`: Scala programs that do not bundle it need it, and its presence also changes which
 * classes Kryo registers, hence whether a savepoint made on another 1.x cluster can be read.
 */
const MODULES_OF_1X = ['flink-streaming-scala_2.12']

type Managed = Readonly<{ group: string; artifacts: readonly string[] }>

/** Jars of the official `lib/` whose versions Flink's parent pom sets. */
function managedJarsOf(version: string): Managed[] {
  const log4j = ['log4j-api', 'log4j-core', 'log4j-slf4j-impl', 'log4j-1.2-api']
  const isSince22 = compareVersions(version, '2.2.0') >= 0
  return [
    { group: 'org.apache.logging.log4j', artifacts: isSince22 ? [...log4j, 'log4j-layout-template-json'] : log4j },
    // 2.x has no Scala API any more, but its official lib/ still brings the language.
    { group: 'org.scala-lang', artifacts: version.startsWith('1.') ? [] : ['scala-library', 'scala-reflect'] },
  ]
}

const COPIED: readonly { artifact: string; folder: string }[] = [
  ...[
    'flink-table-api-java-uber',
    'flink-table-runtime',
    'flink-table-planner-loader',
    'flink-cep',
    'flink-connector-files',
    'flink-csv',
    'flink-json',
  ].map((artifact) => ({ artifact, folder: 'lib' })),
  { artifact: 'flink-sql-gateway', folder: 'opt' },
  { artifact: 'flink-metrics-prometheus', folder: 'plugins/metrics-prometheus' },
]

/** The throw-away pom; `target` is relative to the pom, so that no odd character of a path gets into it. */
export function pomFor(version: string, target: string): string {
  const modules = [...MODULES, ...(version.startsWith('1.') ? MODULES_OF_1X : [])]
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>headgate</groupId>
  <artifactId>flink-installation</artifactId>
  <version>${version}</version>
  <packaging>pom</packaging>
  <dependencyManagement><dependencies>
    <dependency><groupId>org.apache.flink</groupId><artifactId>flink-parent</artifactId><version>${version}</version><type>pom</type><scope>import</scope></dependency>
  </dependencies></dependencyManagement>
  <dependencies>
${modules.map((artifact) => `    <dependency><groupId>org.apache.flink</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`).join('\n')}
${managedJarsOf(version)
  .flatMap(({ group, artifacts }) =>
    artifacts.map(
      (artifact) => `    <dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId></dependency>`,
    ),
  )
  .join('\n')}
  </dependencies>
  <build><plugins><plugin>
    <groupId>org.apache.maven.plugins</groupId>
    <artifactId>maven-dependency-plugin</artifactId>
    <executions>
      <execution>
        <id>modules</id>
        <configuration><includeScope>runtime</includeScope><outputDirectory>\${project.basedir}/${target}/lib</outputDirectory></configuration>
      </execution>
      <execution>
        <id>jars</id>
        <configuration><artifactItems>
${COPIED.map(({ artifact, folder }) => `          <artifactItem><groupId>org.apache.flink</groupId><artifactId>${artifact}</artifactId><version>${version}</version><outputDirectory>\${project.basedir}/${target}/${folder}</outputDirectory></artifactItem>`).join('\n')}
        </artifactItems></configuration>
      </execution>
    </executions>
  </plugin></plugins></build>
</project>
`
}
