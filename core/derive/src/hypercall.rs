//! `#[derive(Hypercall)]`.

use crate::attributes::{choose, default_core, needed_doc};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::parse::Parse;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Expr, Field, Fields, Ident, LitStr, Path, Result, Token, parenthesized};

const ARCHS: [(&str, &str); 4] = [("x86", "X86"), ("s390", "S390"), ("ppc", "Ppc"), ("mips", "Mips")];
const STATUSES: [(&str, &str); 3] =
    [("active", "Active"), ("deprecated", "Deprecated"), ("obsolete", "Obsolete")];
const INTERFACES: [(&str, &str); 5] =
    [("kvm", "KVM"), ("xen", "XEN"), ("papr", "PAPR"), ("diag500", "DIAG500"), ("vendor", "VENDOR")];
const EVENTS: [(&str, &str); 4] = [
    ("introduced", "Introduced"),
    ("changed", "Changed"),
    ("deprecated", "Deprecated"),
    ("removed", "Removed"),
];

/// What `#[hypercall(...)]` says.
struct Call {
    core: Path,
    number: Option<Expr>,
    name: Option<LitStr>,
    interface: Option<Path>,
    archs: Vec<Ident>,
    status: Option<Ident>,
    result: Option<LitStr>,
    outputs: Vec<LitStr>,
    errors: Vec<(Ident, LitStr)>,
    feature: Option<(LitStr, Expr)>,
    history: Vec<(Ident, LitStr, LitStr)>,
    shares: Vec<Path>,
    trusts_host: bool,
}

fn list<T: Parse>(meta: &ParseNestedMeta<'_>) -> Result<Vec<T>> {
    let content;
    parenthesized!(content in meta.input);
    Ok(Punctuated::<T, Token![,]>::parse_terminated(&content)?.into_iter().collect())
}

fn pair<A: Parse, B: Parse>(meta: &ParseNestedMeta<'_>) -> Result<(A, B)> {
    let content;
    parenthesized!(content in meta.input);
    let first = content.parse()?;
    content.parse::<Token![,]>()?;
    let second = content.parse()?;
    content.parse::<Option<Token![,]>>()?;
    Ok((first, second))
}

impl Call {
    fn parse(input: &DeriveInput) -> Result<Call> {
        let mut call = Call {
            core: default_core(),
            number: None,
            name: None,
            interface: None,
            archs: Vec::new(),
            status: None,
            result: None,
            outputs: Vec::new(),
            errors: Vec::new(),
            feature: None,
            history: Vec::new(),
            shares: Vec::new(),
            trusts_host: false,
        };
        for attribute in input.attrs.iter().filter(|a| a.path().is_ident("hypercall")) {
            attribute.parse_nested_meta(|meta| call.key(&meta))?;
        }
        Ok(call)
    }

    fn key(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let Some(key) = meta.path.get_ident() else { return Err(meta.error("not a word of #[hypercall]")) };
        let again = match key.to_string().as_str() {
            "number" => self.number.is_some(),
            "name" => self.name.is_some(),
            "interface" => self.interface.is_some(),
            "arch" => !self.archs.is_empty(),
            "status" => self.status.is_some(),
            "result" => self.result.is_some(),
            "outputs" => !self.outputs.is_empty(),
            "feature" => self.feature.is_some(),
            "shares" => !self.shares.is_empty(),
            _ => false, // errors and history have many; the rest says the same twice
        };
        if again {
            return Err(meta.error(format!("`{key}` is given twice")));
        }
        match key.to_string().as_str() {
            "number" => self.number = Some(meta.value()?.parse()?),
            "name" => self.name = Some(meta.value()?.parse()?),
            "interface" => self.interface = Some(meta.value()?.parse()?),
            "arch" => {
                for word in list::<Ident>(meta)? {
                    let arch = choose(&word, "architecture", &ARCHS)?;
                    if self.archs.contains(&arch) {
                        return Err(Error::new(word.span(), format!("`{word}` is given twice")));
                    }
                    self.archs.push(arch);
                }
            }
            "status" => self.status = Some(choose(&meta.value()?.parse()?, "status", &STATUSES)?),
            "result" => self.result = Some(meta.value()?.parse()?),
            "outputs" => self.outputs = list(meta)?,
            "error" => self.errors.push(pair(meta)?),
            "feature" => self.feature = Some(pair(meta)?),
            "shares" => self.shares = list(meta)?,
            "trusts_host" => self.trusts_host = true,
            "crate" => self.core = meta.value()?.parse()?,
            "introduced" | "changed" | "deprecated" | "removed" => {
                let (release, source) = pair(meta)?;
                self.history.push((choose(key, "event", &EVENTS)?, release, source));
            }
            _ => {
                return Err(meta.error(format!(
                    "unknown attribute `{key}`; it is one of `number`, `name`, `interface`, `arch`, `status`, \
                     `result`, `outputs`, `error`, `feature`, `introduced`, `changed`, `deprecated`, `removed`, \
                     `shares`, `trusts_host`, `crate`"
                )));
            }
        }
        Ok(())
    }
}

/// The `invalid` error of a field's `#[argument(invalid = Error)]`.
fn invalid_of(field: &Field) -> Result<Ident> {
    let mut invalid = Ident::new("Invalid", field.span());
    for attribute in field.attrs.iter().filter(|a| a.path().is_ident("argument")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("invalid") {
                return Err(meta.error("unknown attribute; a field takes `invalid = Error`"));
            }
            invalid = meta.value()?.parse()?;
            Ok(())
        })?;
    }
    Ok(invalid)
}

fn interface_path(core: &Path, interface: Option<&Path>) -> TokenStream {
    let word = match interface {
        None => Some("KVM"),
        Some(path) => path
            .get_ident()
            .and_then(|word| INTERFACES.iter().find(|(name, _)| word == name))
            .map(|(_, constant)| *constant),
    };
    match (word, interface) {
        (None, Some(path)) => quote!(&#path),
        (word, _) => {
            let constant = Ident::new(word.unwrap_or("KVM"), proc_macro2::Span::call_site());
            quote!(&#core::interface::#constant)
        }
    }
}

pub fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let ident = &input.ident;
    let call = Call::parse(input)?;
    let core = &call.core;
    let missing =
        |what: &str| Error::new(ident.span(), format!("`{ident}` needs {what} in #[hypercall(...)]"));

    let Data::Struct(data) = &input.data else {
        return Err(Error::new(ident.span(), "a hypercall is a struct: its fields are the arguments"));
    };
    let fields: Vec<&Field> = match &data.fields {
        Fields::Named(named) => named.named.iter().collect(),
        Fields::Unit => Vec::new(),
        Fields::Unnamed(_) => {
            return Err(Error::new(
                data.fields.span(),
                "a hypercall's arguments have names: use a struct with named fields",
            ));
        }
    };
    if !input.generics.params.is_empty() {
        return Err(Error::new(
            input.generics.span(),
            "a hypercall has one layout: generics are not possible",
        ));
    }
    let number = call.number.as_ref().ok_or_else(|| missing("a number, `number = ...`,"))?;
    let name = call.name.as_ref().ok_or_else(|| missing("a name, `name = \"...\"`,"))?;
    let status = call.status.as_ref().ok_or_else(|| missing("a status, `status = active`,"))?;
    if call.archs.is_empty() {
        return Err(missing("an architecture, `arch(x86)`,"));
    }
    let purpose = needed_doc(&input.attrs, ident.span(), "the purpose of the call")?;

    let interface = interface_path(core, call.interface.as_ref());
    let archs = &call.archs;
    let result = call.result.as_ref().map_or(String::new(), LitStr::value);
    let outputs = &call.outputs;
    let errors = call.errors.iter().map(|(error, reason)| {
        quote!(#core::definition::ErrorInfo { error: #core::Error::#error, reason: #reason })
    });
    let history = call.history.iter().map(|(kind, release, source)| {
        quote!(#core::definition::Event {
            kind: #core::definition::EventKind::#kind, release: #release, source: #source
        })
    });
    let feature = match &call.feature {
        Some((name, bit)) => quote!(Some(#core::definition::Feature { name: #name, bit: #bit })),
        None => quote!(None),
    };
    // The type's span, so that one that is no shared structure is what the compiler points at.
    let shares =
        call.shares.iter().map(|ty| quote_spanned!(ty.span()=> <#ty as #core::shared::Shared>::LAYOUT));
    let trusts_host = call.trusts_host;

    let mut infos = Vec::new();
    let mut decodes = Vec::new();
    let mut encodes = Vec::new();
    for field in fields {
        let (Some(field_name), ty) = (&field.ident, &field.ty) else { continue };
        let text = field_name.unraw().to_string();
        let meaning = needed_doc(&field.attrs, field_name.span(), "the meaning of the argument")?;
        let invalid = invalid_of(field)?;
        // The field type's span, so that a type that is no argument type is what the compiler points at.
        let kind = quote_spanned!(ty.span()=> <#ty as #core::argument::Argument>::KIND);
        infos.push(quote!(#core::definition::ArgumentInfo {
            name: #text, kind: #kind, meaning: #meaning, invalid: #core::Error::#invalid
        }));
        let decode = quote_spanned!(ty.span()=> <#ty as #core::argument::Argument>::decode(slots));
        decodes.push(quote!(#field_name: #decode.map_err(|error| match error {
            #core::Error::Invalid => #core::Error::#invalid,
            other => other,
        })?));
        let encode = quote_spanned!(ty.span()=> <#ty as #core::argument::Argument>::encode);
        encodes.push(quote!(#encode(&self.#field_name, slots);));
    }

    let limits = quote_spanned! {ident.span()=>
        const _: () = assert!(
            DEFINITION.slots().0 <= #core::MAX_ARGUMENTS && DEFINITION.slots().1 <= #core::MAX_ARGUMENTS,
            "the call takes more argument registers than any calling convention has: at most nine, in 32-bit \
             mode too"
        );
        const _: () = assert!(
            DEFINITION.outputs.len() <= #core::MAX_OUTPUTS,
            "the call has more outputs than any calling convention: at most nine"
        );
    };

    Ok(quote! {
        const _: () = {
            static DEFINITION: #core::Definition = #core::Definition {
                name: #name,
                number: #number,
                interface: #interface,
                archs: &[#(#core::Arch::#archs),*],
                status: #core::Status::#status,
                purpose: #purpose,
                arguments: &[#(#infos),*],
                result: #result,
                outputs: &[#(#outputs),*],
                errors: &[#(#errors),*],
                feature: #feature,
                history: &[#(#history),*],
                shares: &[#(#shares),*],
                trusts_host: #trusts_host,
                location: #core::definition::Location { file: file!(), line: line!() },
            };

            #limits

            #[allow(unsafe_code)] // linkme places the entry with a link-section attribute
            #[#core::linkme::distributed_slice(#core::registry::DEFINITIONS)]
            #[linkme(crate = #core::linkme)]
            static ENTRY: &#core::Definition = &DEFINITION;

            impl #core::definition::Hypercall for #ident {
                const DEFINITION: &'static #core::Definition = &DEFINITION;

                #[inline]
                fn decode(slots: &mut #core::argument::Slots<'_>) -> ::core::result::Result<Self, #core::Error> {
                    let _ = &slots;
                    Ok(#ident { #(#decodes),* })
                }

                #[inline]
                fn encode(&self, slots: &mut #core::argument::SlotsMut<'_>) {
                    let _ = &slots;
                    #(#encodes)*
                }
            }
        };
    })
}
