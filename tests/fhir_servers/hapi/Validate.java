import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;

/**
 * HL7's own definitions of R4 in HAPI's validator: a resource a line in, and for each a line out,
 * which says what is wrong with it, or "valid". Nothing is fetched. Codes of systems that are not
 * part of FHIR (SNOMED CT, our own) are taken as they are.
 */
final class Validate {
  public static void main(String[] arguments) throws Exception {
    var r4 = FhirContext.forR4();
    var unknown = new UnknownCodeSystemWarningValidationSupport(r4);
    unknown.setNonExistentCodeSystemSeverity(IValidationSupport.IssueSeverity.WARNING);
    var definitions =
        new ValidationSupportChain(
            new DefaultProfileValidationSupport(r4),
            new CommonCodeSystemsTerminologyService(r4),
            new InMemoryTerminologyServerValidationSupport(r4),
            unknown);
    var instances = new FhirInstanceValidator(definitions);
    instances.setAnyExtensionsAllowed(true);
    var validator = r4.newValidator().registerValidatorModule(instances);
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (var line = lines.readLine(); line != null; line = lines.readLine()) {
      var wrong = new StringBuilder();
      for (var each : validator.validateWithResult(line).getMessages()) {
        if (each.getSeverity().ordinal() >= ResultSeverityEnum.ERROR.ordinal()) {
          wrong.append(each.getLocationString()).append(": ").append(each.getMessage()).append("; ");
        }
      }
      System.out.println(wrong.isEmpty() ? "valid" : wrong.toString().replace('\n', ' '));
    }
  }

  private Validate() {}
}
