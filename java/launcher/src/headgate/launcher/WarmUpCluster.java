package headgate.launcher;

import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.client.deployment.application.ApplicationClusterEntryPoint;
import org.apache.flink.client.program.DefaultPackagedProgramRetriever;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.plugin.PluginManager;
import org.apache.flink.core.plugin.PluginUtils;
import org.apache.flink.runtime.resourcemanager.StandaloneResourceManagerFactory;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;

/**
 * A JobManager and a TaskManager in this one JVM: the very parts that the entry points of Flink start, with sockets between
 * them. (Flink's MiniCluster takes short cuts where a cluster of processes does not.)
 */
final class WarmUpCluster implements AutoCloseable {
    static final String JOB_ID = "0123456789abcdef0123456789abcdef";
    private static final long CLOSE_SECONDS_MAX = 30;

    private final JobManager jobManager;
    private final TaskManagerRunner taskManager;

    private WarmUpCluster(JobManager jobManager, TaskManagerRunner taskManager) {
        this.jobManager = jobManager;
        this.taskManager = taskManager;
    }

    static WarmUpCluster start(Path folder, String restoreFrom) throws Exception {
        Files.createDirectories(folder);
        Configuration configuration = configuration(folder, restoreFrom);
        JobManager jobManager = JobManager.of(new Configuration(configuration));
        jobManager.startCluster();
        configuration.setString("jobmanager.rpc.port", String.valueOf(jobManager.getRpcPort()));
        PluginManager plugins = PluginUtils.createPluginManagerFromRootFolder(configuration);
        TaskManagerRunner taskManager =
                new TaskManagerRunner(configuration, plugins, TaskManagerRunner::createTaskExecutorService);
        taskManager.start();
        return new WarmUpCluster(jobManager, taskManager);
    }

    int restPort() {
        return jobManager.getRestPort();
    }

    @Override
    public void close() throws Exception {
        jobManager.isClosing = true;
        taskManager.closeAsync().get(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
        jobManager.closeAsync().get(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
    }

    /** Written and read as that of every job: the readers are to be warm as well. */
    private static Configuration configuration(Path folder, String restoreFrom) throws Exception {
        List<String> lines = new ArrayList<>();
        for (String[] each : settings(folder)) {
            lines.add(quoted(each[0]) + ": " + quoted(each[1]));
        }
        if (restoreFrom != null) {
            lines.add("execution.savepoint.path: " + quoted(restoreFrom));
        }
        Files.write(folder.resolve("config.yaml"), lines);
        return TaskManagerRunner.loadConfiguration(
                new String[] {"--configDir", folder.toString(), "-Dtaskmanager.resource-id=warm-up"});
    }

    /** As src/runtimes/state-url.ts: Flink takes the path of such a URL as it is, without escapes. */
    static String url(Path folder) {
        return "file://" + folder;
    }

    /** For YAML and for JSON. */
    static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** As in src/runtimes/local-process/flink-config.ts, with little memory and short times. */
    private static String[][] settings(Path folder) throws MalformedURLException, URISyntaxException {
        return new String[][] {
            {"jobmanager.rpc.address", "127.0.0.1"},
            {"jobmanager.rpc.port", "0"},
            {"jobmanager.bind-host", "127.0.0.1"},
            {"rest.address", "127.0.0.1"},
            {"rest.bind-address", "127.0.0.1"},
            {"rest.bind-port", "0"},
            {"taskmanager.host", "127.0.0.1"},
            {"taskmanager.bind-host", "127.0.0.1"},
            {"taskmanager.cpu.cores", "1"},
            {"taskmanager.numberOfTaskSlots", "1"},
            {"taskmanager.memory.framework.heap.size", "16m"},
            {"taskmanager.memory.task.heap.size", "16m"},
            {"taskmanager.memory.framework.off-heap.size", "16m"},
            {"taskmanager.memory.task.off-heap.size", "0"},
            {"taskmanager.memory.network.min", "8m"},
            {"taskmanager.memory.network.max", "8m"},
            {"taskmanager.memory.managed.size", "8m"},
            {"taskmanager.memory.jvm-metaspace.size", "64m"},
            {"taskmanager.memory.jvm-overhead.min", "16m"},
            {"taskmanager.memory.jvm-overhead.max", "16m"},
            {"high-availability.type", "NONE"},
            {"io.tmp.dirs", folder.toString()},
            {"web.tmpdir", folder.toString()},
            {"process.working-dir", folder.toString()},
            {"jobmanager.archive.fs.dir", url(folder.resolve("archive"))},
            {"state.checkpoints.dir", url(folder)},
            {"state.savepoints.dir", url(folder)},
            {"execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION"},
            {"execution.checkpointing.interval", "100 ms"},
            {"execution.shutdown-on-application-finish", "false"},
            {"execution.submit-failed-job-on-application-error", "true"},
            {"heartbeat.interval", "1000"},
            {"heartbeat.timeout", "30000"},
            {"cluster.registration.error-delay", "50 ms"},
            {"web.refresh-interval", "50"},
            {"metrics.fetcher.update-interval", "100"},
            {"restart-strategy.type", "none"},
            {"parallelism.default", "1"},
            {"pipeline.name", "warm-up"},
            {"pipeline.classpaths", OwnJar.path().toUri().toURL().toString()},
            {"$internal.pipeline.job-id", JOB_ID},
        };
    }

    private static final class JobManager extends ApplicationClusterEntryPoint {
        private volatile boolean isClosing;

        private JobManager(Configuration configuration, PackagedProgram program) {
            super(configuration, program, StandaloneResourceManagerFactory.getInstance());
        }

        static JobManager of(Configuration configuration) throws Exception {
            String mainClass = WarmUpJob.class.getName();
            PackagedProgram program = DefaultPackagedProgramRetriever.create(
                            null, null, List.of(), mainClass, new String[0], configuration)
                    .getPackagedProgram();
            configureExecution(configuration, program);
            return new JobManager(configuration, program);
        }

        /** It would end the JVM. What is not finished when it is closed, such as an archive of its program, is no loss. */
        @Override
        public void onFatalError(Throwable exception) {
            if (!isClosing) {
                super.onFatalError(exception);
            }
        }
    }
}
