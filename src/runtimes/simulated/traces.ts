/** Stack traces as Flink gives them, so far as the driver reads them. */
export const TRACES = {
  portTaken: (error: Error) =>
    `java.net.BindException: Could not start rest endpoint on any port in port range\n\tat org.apache.flink.runtime.rest.RestServerEndpoint.start(RestServerEndpoint.java:1)\nCaused by: java.net.BindException: Address already in use (${error.message})\n\tat java.base/sun.nio.ch.Net.bind0(Native Method)`,
  mainThrows:
    'org.apache.flink.client.program.ProgramInvocationException: The main method caused an error\n\tat org.apache.flink.client.program.PackagedProgram.callMainMethod(PackagedProgram.java:1)\nCaused by: java.lang.IllegalArgumentException: main was ordered to throw\n\tat headgate.simulator.Main.main(Main.java:1)',
  unreadable: (url: string, reason: string) =>
    `org.apache.flink.runtime.client.JobInitializationException: Could not start the JobMaster.\n\tat org.apache.flink.runtime.jobmaster.DefaultJobMasterServiceProcess.lambda$new$0(DefaultJobMasterServiceProcess.java:1)\nCaused by: java.io.FileNotFoundException: Cannot find checkpoint or savepoint file/directory '${url}' on file system 'file': ${reason}\n\tat org.apache.flink.runtime.state.filesystem.AbstractFsCheckpointStorageAccess.resolveCheckpointPointer(AbstractFsCheckpointStorageAccess.java:1)`,
  noJob:
    'org.apache.flink.client.program.ProgramMissingJobException: The program contains no execute() calls\n\tat org.apache.flink.client.deployment.application.ApplicationDispatcherBootstrap.runApplicationEntryPoint(ApplicationDispatcherBootstrap.java:1)',
  taskThrows:
    'java.lang.IllegalStateException: the program was ordered to fail\n\tat headgate.simulator.Task.run(Task.java:1)',
  taskManagerLost: (role: string) =>
    `org.apache.flink.runtime.io.network.netty.exception.RemoteTransportException: Connection unexpectedly closed by remote task manager '${role}'. This might indicate that the remote task manager was lost.\n\tat org.apache.flink.runtime.io.network.netty.CreditBasedPartitionRequestClientHandler.channelInactive(CreditBasedPartitionRequestClientHandler.java:1)`,
} as const
