// an annotated package
@Deprecated
package x;
