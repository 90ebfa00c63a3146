package cdshooks.interop;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.dao.IFhirSystemDao;
import ca.uhn.fhir.jpa.provider.IJpaSystemProvider;
import ca.uhn.fhir.jpa.provider.JpaCapabilityStatementProvider;
import ca.uhn.fhir.jpa.provider.TerminologyUploaderProvider;
import ca.uhn.fhir.jpa.provider.ValueSetOperationProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.narrative2.NullNarrativeGenerator;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.exceptions.AuthenticationException;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import ca.uhn.fhir.rest.server.util.ISearchParamRegistry;
import ca.uhn.fhir.util.VersionUtil;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.CustomRequestLog;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.Slf4jRequestLogWriter;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * One storage behind three FHIR endpoints of one Jetty on a free loopback port.
 *
 * <p>{@code /fhir} is open and gives pages as large as a server's default allows, {@code
 * /small-pages} gives no more than {@code small.page.size} resources on a page, and {@code /gated}
 * wants the bearer token of the environment variable {@code HAPI_TOKEN} (without it, it is not
 * there). Prints {@code READY base version} and ends when its standard input does, so that no
 * server outlives the tests that started it.
 */
public final class Server {
  private static final int DEFAULT_PAGE = 20;

  private final ApplicationContext storage;
  private final ServletContextHandler endpoints = new ServletContextHandler("/");

  private Server(ApplicationContext storage) {
    this.storage = storage;
  }

  public static void main(String[] arguments) throws Exception {
    Server server = new Server(new AnnotationConfigApplicationContext(Storage.class));
    String token = System.getenv("HAPI_TOKEN");
    server.add("/fhir", Storage.LARGEST_PAGE);
    server.add("/small-pages", Integer.getInteger("small.page.size", 5));
    if (token != null) {
      server.add("/gated", Storage.LARGEST_PAGE).registerInterceptor(new Gate(token));
    }
    String base = server.start() + "/fhir";
    server.storage.getBean(JpaStorageSettings.class).setTreatBaseUrlsAsLocal(Set.of(base));
    check(base + "/metadata"); // the first one is slow
    System.out.println("READY " + base + " " + VersionUtil.getVersion());
    while (System.in.read() != -1) {}
    Runtime.getRuntime().halt(0);
  }

  private RestfulServer add(String path, int largestPage) {
    FhirContext context = storage.getBean(FhirContext.class);
    RestfulServer server = new RestfulServer(context);
    server.registerProviders(storage.getBean(ResourceProviderFactory.class).createProviders());
    server.registerProvider(storage.getBean(IJpaSystemProvider.class));
    server.registerProvider(storage.getBean(ValueSetOperationProvider.class));
    server.registerProvider(storage.getBean(TerminologyUploaderProvider.class));
    server.setPagingProvider(paging(largestPage));
    server.setServerConformanceProvider(
        new JpaCapabilityStatementProvider(
            server,
            storage.getBean(IFhirSystemDao.class),
            storage.getBean(JpaStorageSettings.class),
            storage.getBean(ISearchParamRegistry.class),
            storage.getBean(IValidationSupport.class)));
    server.setDefaultResponseEncoding(EncodingEnum.JSON);
    context.setNarrativeGenerator(new NullNarrativeGenerator());
    endpoints.addServlet(new ServletHolder(path, server), path + "/*");
    return server;
  }

  private DatabaseBackedPagingProvider paging(int largest) {
    var paging =
        storage.getAutowireCapableBeanFactory().createBean(DatabaseBackedPagingProvider.class);
    paging.setDefaultPageSize(Math.min(DEFAULT_PAGE, largest));
    paging.setMaximumPageSize(largest);
    return paging;
  }

  private String start() throws Exception {
    var jetty = new org.eclipse.jetty.server.Server();
    ServerConnector connector = new ServerConnector(jetty);
    connector.setHost("127.0.0.1");
    jetty.addConnector(connector);
    jetty.setHandler(endpoints);
    jetty.setRequestLog(new CustomRequestLog(new Slf4jRequestLogWriter(), "\"%r\" %s %{ms}T ms"));
    jetty.start();
    return "http://127.0.0.1:" + connector.getLocalPort();
  }

  private static void check(String address) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(address)).build();
    int status = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode();
    if (status != 200) {
      throw new IOException(address + " answers " + status);
    }
  }

  /** Everything but the capability statement needs the token. */
  public static final class Gate {
    private final byte[] wanted;

    Gate(String token) {
      this.wanted = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
    }

    @Hook(Pointcut.SERVER_INCOMING_REQUEST_POST_PROCESSED)
    public void check(RequestDetails request) {
      String given = String.valueOf(request.getHeader("Authorization"));
      if ("metadata".equals(request.getOperation())) {
        return;
      }
      if (!MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), wanted)) {
        var refusal = new AuthenticationException("a valid bearer token is needed");
        refusal.addAuthenticateHeaderForRealm("peer");
        throw refusal;
      }
    }
  }
}
